"""The Iris measurements (R. A. Fisher, "The use of multiple measurements in taxonomic problems",
Annals of Eugenics 7, 1936, 179-188).
"""

from importlib import resources

import numpy as np

FEATURES = ("sepal length", "sepal width", "petal length", "petal width")  # cm
SPECIES = ("setosa", "versicolor", "virginica")


def load():
    """``(x, species)``: the measurements in cm, (150, 4), and the index of each flower's species,
    (150,).

    >>> x, species = load()
    >>> x.shape, x[0].tolist(), SPECIES[species[0]]
    ((150, 4), [5.1, 3.5, 1.4, 0.2], 'setosa')
    """
    with resources.files("micrograd_linear").joinpath("data/iris.csv").open() as file:
        table = np.loadtxt(file, delimiter=",", skiprows=1)
    return table[:, :4], table[:, 4].astype(np.intp)
