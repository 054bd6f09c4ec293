"""Reads a page back: refuses what is not balanced and keeps elements, attributes and text for the tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"br", "img", "input", "link", "meta", "source"}


@dataclass
class Node:
    name: str
    attributes: dict
    children: list = field(default_factory=list)

    @property
    def text(self):
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    def all(self, name):
        found = [self] if self.name == name else []
        for child in self.children:
            if isinstance(child, Node):
                found += child.all(name)
        return found

    def one(self, name):
        (found,) = self.all(name)
        return found

    def by_id(self, wanted):
        (found,) = [node for node in self.every() if node.attributes.get("id") == wanted]
        return found

    def every(self):
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.every()


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.root = Node("", {})
        self.open = [self.root]
        self.doctypes = []

    def handle_decl(self, decl):
        self.doctypes.append(decl)

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute of <{tag}> is repeated"
        node = Node(tag, dict(attrs))
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag):
        assert self.open[-1].name == tag, f"</{tag}> closes <{self.open[-1].name}>"
        self.open.pop()

    def handle_data(self, data):
        self.open[-1].children.append(data)

    def handle_comment(self, data):
        raise AssertionError("a page has no comments")

    handle_pi = unknown_decl = handle_comment


def read(text):
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert len(reader.open) == 1, f"<{reader.open[-1].name}> is never closed"
    if reader.doctypes:
        assert reader.doctypes == ["DOCTYPE html"]
    return reader.root
