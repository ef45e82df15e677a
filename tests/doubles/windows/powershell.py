# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An interpreter for the part of PowerShell 5.1 that short scripts use, on the tree that tree-sitter-pwsh makes.

What it does not know it refuses (UnsupportedError), so that a script never seems to work because a part was skipped.
Every script has to set $ErrorActionPreference to Stop: errors that do not end a script are not known here.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Callable, Mapping, Sequence

import tree_sitter
import tree_sitter_pwsh

from tests.doubles.windows import operators
from tests.doubles.windows.values import (
    PowerShellError,
    Record,
    UnsupportedError,
    as_text,
    collapsed,
    is_true,
    unrolled,
)

Node = tree_sitter.Node
_PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_pwsh.language()))
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}
_WRAPPERS = {
    "unary_expression", "pipeline_chain", "left_assignment_expression", "assignment_value", "key_expression",
    "argument_expression", "string_literal", "integer_literal", "expression_with_unary_operator", "path_command_name",
    "command_name_expr", "element", "pipeline",
}  # fmt: skip


class Command(t.NamedTuple):
    """How a cmdlet or a program is called: named parameters by small name, the others in order, and its input."""

    named: Mapping[str, t.Any]
    plain: Sequence[t.Any]
    input: Sequence[t.Any]


class ScriptBlock(t.NamedTuple):
    body: Node | None
    parameters: Sequence[Node] = ()


def parsed(script: str) -> ScriptBlock:
    """Return a script as a block; raise PowerShellError if it does not parse."""
    root = _PARSER.parse(script.encode()).root_node
    if root.has_error:
        raise PowerShellError("ParserError: the script does not parse")
    return ScriptBlock(root)


class _Leaving(Exception):  # noqa: N818 - control flow
    """return, continue or exit."""

    def __init__(self, word: str, outputs: list[t.Any]) -> None:
        super().__init__(word)
        self.word, self.outputs = word, outputs


class Shell:
    """What a script meets: ``commands`` by small name, ``statics`` by small "type::name", and the environment."""

    def __init__(
        self,
        commands: Mapping[str, Callable[[Command], list[t.Any]]],
        programs: Mapping[str, Callable[[Sequence[str]], tuple[int, list[str]]]],
        statics: Mapping[str, t.Any],
        environment: Mapping[str, str],
    ) -> None:
        self._commands, self._programs, self._statics = commands, programs, statics
        self._environment = {name.lower(): value for name, value in environment.items()}

    def run(self, script: str, parameters: Mapping[str, t.Any]) -> list[t.Any]:
        """Run a script and return what it puts out; raise PowerShellError if it ends by an error."""
        return _Run(self, self._statics, self._environment).script(parsed(script), parameters)

    def command(self, name: str) -> Callable[[Command], list[t.Any]] | None:
        return self._commands.get(name.lower())

    def program(self, name: str) -> Callable[[Sequence[str]], tuple[int, list[str]]] | None:
        return self._programs.get(name.lower())


class _Run:
    """One run of a script; variables of a caller are seen by what it calls, as PowerShell has it."""

    def __init__(self, shell: Shell, statics: Mapping[str, t.Any], environment: Mapping[str, str]) -> None:
        self._shell, self._statics, self._environment = shell, statics, environment
        self._functions: dict[str, ScriptBlock] = {}
        self._scopes: list[dict[str, t.Any]] = [{"true": True, "false": False, "null": None, "lastexitcode": 0}]

    def script(self, script: ScriptBlock, parameters: Mapping[str, t.Any]) -> list[t.Any]:
        try:
            return self._call(script, {name.lower(): value for name, value in parameters.items()}, [])
        except _Leaving as leaving:
            if leaving.word != "exit":
                raise
            return leaving.outputs

    # Statements put out lists; expressions have a value.

    def _block(self, block: ScriptBlock) -> list[t.Any]:
        try:
            return [] if block.body is None else self._statements(block.body)
        except _Leaving as leaving:
            if leaving.word != "return":
                raise
            return leaving.outputs

    def _statements(self, node: Node) -> list[t.Any]:
        outputs: list[t.Any] = []
        for child in node.named_children:
            if child.type in ("comment", "param_block", "empty_statement"):
                continue
            try:
                outputs += self._statement(child)
            except _Leaving as leaving:
                leaving.outputs[:0] = outputs
                raise
        return outputs

    def _statement(self, node: Node) -> list[t.Any]:
        handler = getattr(self, f"_do_{node.type}", None)
        if handler is None:
            raise UnsupportedError(f"line {node.start_point[0] + 1}: {node.type}: {_source(node)[:60]}")
        return t.cast("list[t.Any]", handler(node))

    def _do_statement_list(self, node: Node) -> list[t.Any]:
        return self._statements(node)

    _do_statement_block = _do_script_block = _do_script_block_body = _do_statement_list

    def _do_pipeline(self, node: Node) -> list[t.Any]:
        (child,) = node.named_children
        if child.type == "assignment_expression":
            self._assign(child)
            return []
        return self._chain(child)

    def _do_function_statement(self, node: Node) -> list[t.Any]:
        name = _source(_child(node, "function_name")).lower()
        declaration = next((one for one in node.named_children if one.type == "function_parameter_declaration"), None)
        self._functions[name] = ScriptBlock(_child(node, "script_block"), _declared(declaration) if declaration else ())
        return []

    def _do_if_statement(self, node: Node) -> list[t.Any]:
        clauses = [node, *(one for part in _children(node, "elseif_clauses") for one in part.named_children)]
        for clause in clauses:
            if is_true(self._value(_child(clause, "pipeline"))):
                return self._statements(_child(clause, "statement_block"))
        otherwise = _children(node, "else_clause")
        return self._statements(_child(otherwise[0], "statement_block")) if otherwise else []

    def _do_foreach_statement(self, node: Node) -> list[t.Any]:
        outputs: list[t.Any] = []
        variable, collection, block = node.named_children
        value = self._value(collection)
        for one in [] if value is None else unrolled(value):
            self._set(_name(variable), one)
            try:
                outputs += self._statements(block)
            except _Leaving as leaving:
                outputs += leaving.outputs
                if leaving.word != "continue":
                    leaving.outputs[:] = outputs
                    raise
        return outputs

    def _do_flow_control_statement(self, node: Node) -> list[t.Any]:
        word = node.children[0].type
        if word == "throw":
            raise PowerShellError(as_text(self._value(node.named_children[-1])))
        if word == "exit":
            raise _Leaving(word, [])  # the code is no output; nothing here needs one other than 0
        if word not in ("return", "continue"):
            raise UnsupportedError(word)
        outputs = [one for child in node.named_children for one in self._statement(child)]
        raise _Leaving(word, outputs)

    def _do_try_statement(self, node: Node) -> list[t.Any]:
        try:
            return self._statements(_child(node, "statement_block"))
        except PowerShellError as error:
            clauses = _children(node, "catch_clauses")
            if not clauses:
                raise
            (clause,) = clauses[0].named_children  # one that catches all
            self._set("_", Record({"Exception": Record({"Message": str(error)})}))
            return self._statements(_child(clause, "statement_block"))
        finally:
            for clause in _children(node, "finally_clause"):
                self._statements(_child(clause, "statement_block"))

    # Pipelines

    def _chain(self, node: Node) -> list[t.Any]:
        parts = node.named_children if node.type == "pipeline_chain" else [node]
        outputs: list[t.Any] = []
        for position, part in enumerate(parts):
            if part.type == "command":
                outputs = self._command(part, outputs)
            elif position == 0:
                outputs = unrolled(self._value(part))
            else:
                raise UnsupportedError(f"an expression after a pipe: {_source(part)}")
        return outputs

    def _command(self, node: Node, given: list[t.Any]) -> list[t.Any]:
        first = next(one for one in node.named_children if one.type in ("command_name", "command_name_expr"))
        target = self._command_target(first)
        named, plain = self._arguments(_children(node, "command_elements"))
        if isinstance(target, ScriptBlock):
            return self._call(target, named, plain)
        function = self._functions.get(target.lower())
        if function is not None:
            return self._call(function, named, plain)
        if target.lower() in ("foreach-object", "where-object"):
            return self._each(target.lower(), plain[0], given)
        program = self._shell.program(target)
        if program is not None:
            words = [as_text(one) for value in plain for one in unrolled(value)]
            self._scopes[0]["lastexitcode"], outputs = program(words)
            return list(outputs)
        command = self._shell.command(target)
        if command is None:
            raise UnsupportedError(f"line {node.start_point[0] + 1}: no command {target}")
        if as_text(self._get("ErrorActionPreference")).lower() != "stop":
            raise UnsupportedError("the script has not set $ErrorActionPreference to Stop")
        return command(Command(named, plain, given))

    def _command_target(self, node: Node) -> t.Any:
        inner = node
        while inner.type in ("command_name_expr", "path_command_name") and inner.named_children:
            (inner,) = inner.named_children
        return _source(inner) if inner.type == "command_name" else self._value(inner)

    def _arguments(self, elements: list[Node]) -> tuple[dict[str, t.Any], list[t.Any]]:
        named: dict[str, t.Any] = {}
        plain: list[t.Any] = []
        waiting: str | None = None
        for node in (one for part in elements for one in part.named_children):
            if node.type == "command_argument_sep":
                continue
            if node.type == "command_parameter":
                waiting = _source(node).lstrip("-").rstrip(":").lower()
                named[waiting] = True
                continue
            if _source(node).startswith("@") and node.type == "unary_expression" and _source(node)[1:].isalnum():
                named.update({name.lower(): one for name, one in self._get(_source(node)[1:]).items()})
                continue
            value = self._argument(node)
            if waiting is None or waiting in _SWITCHES:
                plain.append(value)
            else:
                named[waiting] = value
            waiting = None
        return named, plain

    def _argument(self, node: Node) -> t.Any:
        if node.type != "generic_token":
            return self._value(node)
        if node.named_children:
            raise UnsupportedError(f"an argument made of parts: {_source(node)}")
        return _source(node)

    def _each(self, word: str, block: ScriptBlock, given: list[t.Any]) -> list[t.Any]:
        outputs: list[t.Any] = []
        for one in given:
            self._scopes.append({"_": one})
            try:
                result = self._block(block)
            finally:
                self._scopes.pop()
            outputs += result if word == "foreach-object" else [one] * is_true(collapsed(result))
        return outputs

    def _call(self, block: ScriptBlock, named: dict[str, t.Any], plain: list[t.Any]) -> list[t.Any]:
        self._scopes.append({})
        try:
            body = block.body
            inner = _children(body, "param_block") if body is not None else []
            declared = [*block.parameters, *(one for part in inner for one in _declared(part))]
            self._bind(declared, named, plain)
            return self._block(block)
        finally:
            self._scopes.pop()

    def _bind(self, declared: Sequence[Node], named: dict[str, t.Any], plain: list[t.Any]) -> None:
        names = [_name(_child(one, "variable")) for one in declared]
        surplus = named.keys() - set(names)
        if surplus:
            raise PowerShellError(f"A parameter cannot be found that matches parameter name '{sorted(surplus)[0]}'.")
        remaining = list(plain)
        for name, node in zip(names, declared, strict=True):
            value = named[name] if name in named else remaining.pop(0) if remaining else None
            types = re.findall(r"\[(\w+)\]", _source(node))
            self._scopes[-1][name] = operators.cast(types[-1], value) if types and value is not None else value
        self._scopes[-1]["args"] = remaining

    # Expressions

    def _value(self, node: Node) -> t.Any:
        if node.type == "pipeline" and node.named_children[0].type == "assignment_expression":
            raise UnsupportedError("an assignment as a value")
        if node.type in ("pipeline", "pipeline_chain") and _has_command(node):
            return collapsed(self._chain(node.named_children[0] if node.type == "pipeline" else node))
        if node.type in _WRAPPERS and len(node.named_children) == 1 and node.child_count == 1:
            return self._value(node.named_children[0])
        handler = getattr(self, f"_of_{node.type}", None)
        if handler is None:
            raise UnsupportedError(f"line {node.start_point[0] + 1}: {node.type}: {_source(node)[:60]}")
        return handler(node)

    def _of_command(self, node: Node) -> t.Any:
        return collapsed(self._command(node, []))

    def _of_variable(self, node: Node) -> t.Any:
        return self._get(_name(node))

    def _of_type_literal(self, node: Node) -> str:
        return _source(node)[1:-1]

    def _of_decimal_integer_literal(self, node: Node) -> int:
        return int(_source(node))

    def _of_hexadecimal_integer_literal(self, node: Node) -> int:
        return int(_source(node), 16)

    def _of_verbatim_string_characters(self, node: Node) -> str:
        return _source(node)[1:-1].replace("''", "'")

    def _of_expandable_string_literal(self, node: Node) -> str:
        text, place = "", node.start_byte + 1
        source = node.text or b""
        for part in node.named_children:
            text += _unescaped(source[place - node.start_byte : part.start_byte - node.start_byte])
            text += as_text(self._value(part))
            place = part.end_byte
        return text + _unescaped(source[place - node.start_byte : -1])

    def _of_sub_expression(self, node: Node) -> t.Any:
        return collapsed([one for child in node.named_children for one in self._statement(child)])

    def _of_parenthesized_expression(self, node: Node) -> t.Any:
        return self._value(node.named_children[0])

    def _of_array_expression(self, node: Node) -> list[t.Any]:
        return [one for child in node.named_children for one in self._statement(child)]

    def _of_array_literal_expression(self, node: Node) -> list[t.Any]:
        return [self._value(child) for child in node.named_children]

    def _of_hash_literal_expression(self, node: Node) -> Record:
        record = Record()
        for entry in (one for body in node.named_children for one in body.named_children):
            key, *values = entry.named_children
            inner = key.named_children[0]
            name = _source(inner) if inner.type == "simple_name" else as_text(self._value(inner))
            record.put(name, self._value(values[0]))
        return record

    def _of_script_block_expression(self, node: Node) -> ScriptBlock:
        blocks = _children(node, "script_block")
        return ScriptBlock(blocks[0] if blocks else None)

    def _of_cast_expression(self, node: Node) -> t.Any:
        kind, value = node.named_children
        return operators.cast(_source(kind)[1:-1], self._value(value))

    def _of_expression_with_unary_operator(self, node: Node) -> t.Any:
        word = node.children[0].type.lower()
        value = self._value(node.named_children[-1])
        if word in ("-not", "!"):
            return not is_true(value)
        if word == "-":
            return -value
        if word == ",":
            return [value]
        raise UnsupportedError(word)

    def _of_logical_expression(self, node: Node) -> bool:
        left, word, right = node.children
        if word.type.lower() == "-and":
            return is_true(self._value(left)) and is_true(self._value(right))
        if word.type.lower() == "-or":
            return is_true(self._value(left)) or is_true(self._value(right))
        raise UnsupportedError(word.type)

    def _of_comparison_expression(self, node: Node) -> t.Any:
        left, word, right = node.children
        return operators.binary(_source(word).lower(), self._value(left), self._right(right))

    _of_additive_expression = _of_multiplicative_expression = _of_comparison_expression
    _of_bitwise_expression = _of_format_expression = _of_comparison_expression

    def _right(self, node: Node) -> t.Any:
        return _source(node)[1:-1] if node.type == "type_literal" else self._value(node)

    def _of_member_access(self, node: Node) -> t.Any:
        target, word, member = node.children
        name = self._member_name(member)
        if word.type == "::":
            return self._static(f"{_source(target)[1:-1]}::{name}")
        return operators.member(self._value(target), name)

    def _of_element_access(self, node: Node) -> t.Any:
        target, index = node.named_children
        return operators.element(self._value(target), self._value(index))

    def _of_invocation_expression(self, node: Node) -> t.Any:
        target, word, member = node.children[:3]
        given = [one for part in _children(node, "argument_list") for one in part.named_children]
        arguments = [self._value(one) for part in given for one in part.named_children]
        name = self._member_name(member)
        if word.type == "::":
            return self._static(f"{_source(target)[1:-1]}::{name}")(*arguments)
        return operators.invoke(self._value(target), name, arguments)

    def _member_name(self, node: Node) -> str:
        inner = node.named_children[0]
        return _source(inner) if inner.type == "simple_name" else as_text(self._value(inner))

    def _static(self, name: str) -> t.Any:
        short = name.lower().removeprefix("system.")
        if short not in self._statics:
            raise UnsupportedError(f"no static member {name}")
        return self._statics[short]

    # Variables

    def _get(self, name: str) -> t.Any:
        if name.lower().startswith("env:"):
            return self._environment.get(name[4:].lower())
        return next((scope[name.lower()] for scope in reversed(self._scopes) if name.lower() in scope), None)

    def _set(self, name: str, value: t.Any) -> None:
        self._scopes[-1][name.lower()] = value

    def _assign(self, node: Node) -> None:
        target, word, source = node.named_children
        while target.type in ("left_assignment_expression", "unary_expression"):
            (target,) = target.named_children
        value = self._value(source)
        if _source(word) == "+=":
            value = operators.binary("+", self._value(target), value)
        elif _source(word) != "=":
            raise UnsupportedError(_source(word))
        if target.type == "variable":
            self._set(_name(target), value)
        elif target.type == "element_access":
            owner, index = (self._value(one) for one in target.named_children)
            owner.put(as_text(index), value) if isinstance(owner, Record) else owner.__setitem__(index, value)
        elif target.type == "member_access":
            owner, name = self._value(target.named_children[0]), self._member_name(target.named_children[-1])
            operators.set_member(owner, name, value)
        else:
            raise UnsupportedError(f"assignment to {target.type}")


_SWITCHES = {"compress", "force", "once"}


def _declared(node: Node) -> list[Node]:
    return [one for part in _children(node, "parameter_list") for one in _children(part, "script_parameter")]


def _children(node: Node | None, kind: str) -> list[Node]:
    return [] if node is None else [child for child in node.named_children if child.type == kind]


def _child(node: Node, kind: str) -> Node:
    return _children(node, kind)[0]


def _source(node: Node) -> str:
    return (node.text or b"").decode()


def _name(node: Node) -> str:
    return _source(node).lstrip("$@").strip("{}").lower()


def _has_command(node: Node) -> bool:
    inner = node.named_children[0] if node.type == "pipeline" else node
    return inner.type == "pipeline_chain" and any(child.type == "command" for child in inner.named_children)


def _unescaped(text: bytes) -> str:
    return re.sub("`(.)", lambda match: _ESCAPES.get(match[1], match[1]), text.decode())
