"""The public names: what ``dir`` shows, and what ``import *`` brings into a program."""

import builtins
import inspect

import micrograd_linear as mgl


def public():
    return [name for name in dir(mgl) if not name.startswith("_")]


def test_dir_shows_the_public_names_alone():
    assert set(public()) == {*mgl.__all__, "compile"}
    assert not {"engine", "foundations", "import_module", "TYPE_CHECKING"} & set(public())


def test_every_name_that_dir_shows_is_there():
    for name in public():
        assert getattr(mgl, name) is not None, name


def test_import_star_hides_no_builtin():
    program = {}
    exec("from micrograd_linear import *", program)
    hidden = [name for name in program if name in vars(builtins) and not name.startswith("_")]
    assert hidden == []
    assert program["draw"] is mgl.draw and program["relu"] is mgl.relu
    assert mgl.compile is not compile and "compile" in public()


def test_an_elementwise_function_says_its_derivative_and_its_shapes():
    assert mgl.sin.__doc__ == (
        "Elementwise sin, with the derivative cos(x).\n\nThe result has the shape of x."
    )
    assert "The operands broadcast" in mgl.hypot.__doc__
    assert str(inspect.signature(mgl.hypot)) == "(x, y)"
    for name in mgl.functions.elementwise.__all__:
        assert name == "leaky_relu" or "The " in getattr(mgl, name).__doc__.split("\n\n")[1], name
