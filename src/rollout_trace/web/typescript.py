"""The interface as TypeScript: the page's types are written by this, from the types that the server answers with."""

import sys
from collections.abc import Iterable, Mapping
from typing import Any, Final, get_args, get_origin

import msgspec
from msgspec import inspect

from rollout_trace.web.interface.common import INTERFACE_VERSION, Answer, Problem, Reading
from rollout_trace.web.interface.endpoints import LIBRARY_ENDPOINTS, ROLLOUT_ENDPOINTS, Endpoint
from rollout_trace.web.interface.rollout import LibraryChange, RolloutChange

_HEAD: Final = """\
// What the server and this page say to each other.
// Written by `python -m rollout_trace.web.typescript`, not to be edited.
"""
_BESIDE_ENDPOINTS: Final = (Answer[Any], Problem, Reading, LibraryChange, RolloutChange)
_PLAIN: Final[Mapping[type[inspect.Type], str]] = {
    inspect.NoneType: "null",
    inspect.BoolType: "boolean",
    inspect.IntType: "number",
    inspect.FloatType: "number",
    inspect.StrType: "string",
    inspect.DecimalType: "string",
    inspect.DateType: "string",
    inspect.AnyType: "unknown",
    inspect.RawType: "unknown",
}


def typescript() -> str:
    """The whole file."""
    writer = _Writer()
    tables = [
        writer.table("LibraryEndpoints", "What is asked of all bundles", LIBRARY_ENDPOINTS),
        writer.table("RolloutEndpoints", "What is asked of one rollout", ROLLOUT_ENDPOINTS),
    ]
    for shape in inspect.multi_type_info(_BESIDE_ENDPOINTS):
        writer.name_of(shape)
    declared = [writer.declared[name] for name in sorted(writer.declared)]
    return "\n".join([_HEAD, f"export const INTERFACE_VERSION = {INTERFACE_VERSION};\n", *declared, *tables])


class _Writer:
    """Writes types, and keeps the declarations of those that have a name."""

    def __init__(self) -> None:
        self.declared: dict[str, str] = {}
        self._parameters: dict[type, str] = {}
        """What stands for the parameters of generic types while these are declared."""

    def table(self, name: str, purpose: str, endpoints: Iterable[Endpoint[Any, Any]]) -> str:
        """Endpoints as one interface, from the name of each to what is asked and told."""
        lines = []
        for endpoint in endpoints:
            asked, told = inspect.multi_type_info([endpoint.asked, endpoint.told])
            types = f"asked: {self.name_of(asked, may_leave_out=True)}; told: {self.name_of(told)}"
            lines.append(f'  /** {endpoint.purpose} */\n  "{endpoint.name}": {{ {types} }};\n')
        return f"/** {purpose}. */\nexport interface {name} {{\n{''.join(lines)}}}\n"

    def name_of(self, shape: inspect.Type, *, may_leave_out: bool = False) -> str:  # noqa: PLR0911 - one for each kind of type
        """How a type is written where it is used; of a question, what has a default may be left out."""
        if type(shape) in _PLAIN:
            return _PLAIN[type(shape)]
        match shape:
            case inspect.StructType():
                return self._struct(shape, may_leave_out=may_leave_out)
            case inspect.EnumType(cls=enum):
                self._declare(enum, f"export type {enum.__name__} = {_one_of(member.value for member in enum)};\n")
                return enum.__name__
            case inspect.UnionType(types=types):
                return " | ".join(dict.fromkeys(map(self.name_of, types)))
            case inspect.LiteralType(values=values):
                return _one_of(values)
            case inspect.DictType(value_type=value):
                return f"Readonly<Record<string, {self.name_of(value)}>>"
            case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
                return f"ReadonlyArray<{self.name_of(item)}>"
            case _:
                message = f"the interface has no word for {shape}"
                raise TypeError(message)

    def _struct(self, shape: inspect.StructType, *, may_leave_out: bool) -> str:
        if shape.cls in self._parameters:
            return self._parameters[shape.cls]
        generic, arguments = get_origin(shape.cls), get_args(shape.cls)
        if generic is None:
            self._declare_struct(shape.cls, shape.cls.__name__, shape, may_leave_out=may_leave_out)
            return shape.cls.__name__
        stand_ins = [msgspec.defstruct(parameter.__name__, []) for parameter in generic.__parameters__]
        self._parameters |= {stand_in: stand_in.__name__ for stand_in in stand_ins}
        parameters = ", ".join(stand_in.__name__ for stand_in in stand_ins)
        declared = inspect.type_info(generic[tuple(stand_ins)])
        self._declare_struct(generic, f"{generic.__name__}<{parameters}>", declared, may_leave_out=may_leave_out)
        return f"{generic.__name__}<{', '.join(map(self.name_of, inspect.multi_type_info(arguments)))}>"

    def _declare_struct(self, cls: type, title: str, shape: inspect.Type, *, may_leave_out: bool) -> None:
        if cls.__name__ in self.declared or not isinstance(shape, inspect.StructType):
            return
        self.declared[cls.__name__] = ""  # so that a type that has itself as a part is declared once
        omits = shape.cls.__struct_config__.omit_defaults if get_origin(shape.cls) is None else False
        lines = [] if shape.tag is None else [f'  readonly {shape.tag_field}: "{shape.tag}";\n']
        for field in shape.fields:
            mark = "?" if not field.required and (may_leave_out or omits) else ""
            lines.append(f"  readonly {field.encode_name}{mark}: {self.name_of(field.type)};\n")
        self.declared.pop(cls.__name__)
        self._declare(cls, f"export interface {title} {{\n{''.join(lines)}}}\n")

    def _declare(self, cls: type, declaration: str) -> None:
        purpose = " ".join((cls.__doc__ or "").split())
        self.declared.setdefault(cls.__name__, f"/** {purpose} */\n{declaration}")


def _one_of(values: Iterable[object]) -> str:
    return " | ".join(f'"{value}"' for value in values)


if __name__ == "__main__":
    sys.stdout.write(typescript())
