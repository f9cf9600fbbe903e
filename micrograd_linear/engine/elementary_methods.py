"""The elementwise operations as methods, one for each record in ``operations/``.

They are attached where the class is complete: in ``value.py``, and in ``functions/elementwise.py``.
The declarations for editors and type checkers stand in ``elementary_methods.pyi``, which
``python docs/make_declarations.py`` writes from the records.
"""


class ValueMethods:
    """``exp``, ``tanh`` and so on of a ``Value``."""

    __slots__ = ()


class TensorMethods:
    """``exp``, ``tanh`` and so on of a ``Tensor``."""

    __slots__ = ()
