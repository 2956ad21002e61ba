"""HOC for Pygments: the colours of the documentation's HOC blocks."""

from pygments.lexer import RegexLexer, words
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Text


class HocLexer(RegexLexer):
    """Words of HOC's grammar, comments, strings and numbers."""

    name = "HOC"
    aliases = ["hoc"]
    filenames = ["*.hoc"]
    keywords = (
        *("break", "continue", "else", "for", "forall", "forsec", "if", "ifsec", "return", "stop", "while"),
        *("access", "connect", "create", "delete", "insert", "uninsert", "print"),
    )
    declarations = ("begintemplate", "endtemplate", "external", "func", "iterator", "local", "localobj", "new", "obfunc", "objref")
    declarations += ("proc", "public", "strdef")
    tokens = {
        "root": [
            (r"//.*", Comment.Single),
            (r"/\*", Comment.Multiline, "comment"),
            (r'"(\\.|[^"\\])*"', String),
            (words(keywords, prefix=r"\b", suffix=r"\b"), Keyword),
            (words(declarations, prefix=r"\b", suffix=r"\b"), Keyword.Declaration),
            (r"\$[so&]?[\di]+", Name.Variable),
            (r"\d+\.?\d*([eE][-+]?\d+)?|\.\d+([eE][-+]?\d+)?", Number),
            (r"[A-Za-z_]\w*", Name),
            (r"[-+*/^%=<>!&|]+", Operator),
            (r"[][(){},.:~]", Punctuation),
            (r"\s+|.", Text),
        ],
        "comment": [(r"\*/", Comment.Multiline, "#pop"), (r"[^*]+|\*", Comment.Multiline)],
    }
