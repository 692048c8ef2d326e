"""Several hundred texts that try to be more than text, by family; `hostile.py` has the first."""

from __future__ import annotations

from itertools import product

from tests.dashboard.hostile import AWAY, HOSTILE

_HANDLERS = (
    *(
        "onerror",
        "onload",
        "onclick",
        "onmouseover",
        "onfocus",
        "onpointerenter",
        "onanimationstart",
    ),
    *("ontransitionend", "onwheel", "onbeforeinput", "onscrollend", "onpageshow"),
)
_TAGS: tuple[str, ...] = (
    "<img src=x {}=alert(1)>",
    "<svg {}=alert(1)>",
    '<input autofocus {}="alert`1`">',
)
_TAGS += ("<a href=# {}=alert(1)>x</a>", "<p style='animation:x' {}=alert(1)>y</p>")
_LOADS = (
    *("<script src={}></script>", "<script type=module>import '{}'</script>", "<img srcset={}>"),
    *("<picture><source srcset={}></picture>", "<svg><image href={} /></svg>", "<track src={}>"),
    *("<svg><use href={}#x /></svg>", "<frame src={}>", "<applet code={}>", "<bgsound src={}>"),
    *("<link rel=preload as=image href={}>", "<link rel=dns-prefetch href={}>", "<q cite={}>z</q>"),
    *("<div style='background:url({})'>", "<style>@font-face{{src:url({})}}</style>"),
    *("<portal src={}></portal>", "<fencedframe src={}>", "<isindex action={}>", "<image src={}>"),
    *("![x]({})", "![x][1]\n\n[1]: {}", "[x]({} 'title')", "<{}>", "[![a]({})](b)", "url({})"),
    *("[x]: {}", "\\includegraphics{{{}}}", "$\\url{{{}}}$", "\\href{{{}}}{{x}}", "@import '{}';"),
)
_SCHEMES = (
    *("javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "vbscript:msgbox(1)"),
    *("data:text/html,<script>alert(1)</script>", "data:image/svg+xml,<svg onload=alert(1)>"),
    *("file:///etc/passwd", "blob:null/1", "//away.example/30", "http:away.example", "\\\\away\\x"),
    *("view-source:x", "about:blank", "tel:+70000000000", "sms:1", "ws://away.example/31"),
)
_MARKDOWN = (
    *("# one", "###### six", "Setext\n======", "---", "* * *", "+ item", "1) item", "- [x] done"),
    *(
        "**b**",
        "__b__",
        "*i*",
        "_i_",
        "~~s~~",
        "`c`",
        "``c``",
        "    indented",
        "> quote",
        ">> deep",
    ),
    *("a\\\nb", "a  \nb", "[^1]\n\n[^1]: foot", "term\n: definition", "<!-- comment -->", "&nbsp;"),
    *("|a|b|\n|:-|-:|\n|1|2|", "H~2~O x^2^", "==mark==", "++ins++", ":::note\nx\n:::", "[[wiki]]"),
    *(
        ":red[x]",
        ":blue-background[x]",
        ":rainbow[x]",
        ":material/delete:",
        ":streamlit:",
        ":smile:",
    ),
    *(":small[x]", ":green-badge[x]", ":shortcode_that_is_none:", "-> <- --- -- (c) (tm)"),
)
_FORMULAS = (
    *(
        "$x^2$",
        "$$\\sum_{i=0}^n i$$",
        "\\(a\\)",
        "\\[b\\]",
        "$\\color{red}{x}$",
        "$\\rule{99em}{99em}$",
    ),
    *(
        "$\\def\\a{\\a\\a}\\a$",
        "$\\html{<b>}$",
        "$\\class{x}{y}$",
        "\\begin{matrix}1&2\\end{matrix}",
    ),
    *(
        "$\\unicode{x202e}$",
        "\\newcommand{\\x}{\\x}",
        "$\\phantom{}$",
        "100 $ and 200 $ more",
        "$$",
    ),
)
_SHEETS = (
    *("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", '"=1+1"', "'=1+1", "＝1+1"),
    *(
        "=IMPORTXML('x','y')",
        "=WEBSERVICE('x')",
        "=DDE('cmd';'x')",
        "%0A=1",
        "=A1:A9 ",
        ";=1",
        "|=1",
    ),
)
_ENTITIES = (
    *(
        "&lt;b&gt;",
        "&#x3c;b&#x3e;",
        "&#00060;b",
        "&lt",
        "&amp;lt;b&amp;gt;",
        "&quot;&apos;",
        "&zwj;",
    ),
    *("&NewLine;&Tab;", "&#0;", "&#xD800;", "&#x10FFFF;", "&unknown;", "%3Cb%3E", "\\x3cb\\x3e"),
    *("\\u003cb", "+ADw-b+AD4-", "<b", "b>", "</b>", "<b/", "<b x='>'>", "<b\n>", "< b>", "<%b%>"),
)
_UNSEEN = tuple(
    f"до{chr(code)}после {code:04X}"
    for code in (
        *(0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x180E, 0x200B, 0x200C, 0x200D, 0x200E),
        *(0x200F, 0x2028, 0x2029, 0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2060, 0x2061, 0x2066),
        *(0x2067, 0x2068, 0x2069, 0x206F, 0x3164, 0xFE0F, 0xFEFF, 0xFFA0, 0xFFF9, 0xFFFB, 0xFFFD),
        *(0xE0001, 0xE0020, 0xE007F, 0x0007, 0x0008, 0x000C, 0x001B, 0x007F, 0x0085, 0x009F),
    )
)
_TALL = tuple(
    "".join(letter + mark * height for letter in "зальго")
    for mark, height in product(("̶", "҈", "̻͜", "ͫ҉"), (1, 9, 60))
)
_LONG = (
    *("щ" * 400, "W" * 400, "一" * 400, "م" * 400, "_" * 400, "." * 400, "🙂" * 120, "a-" * 200),
    *("http://" + "long." * 80, "\u00a0" * 300, " \t" * 200 + "end", "слово\n" * 80, "ﷺ" * 60),
)
_EMOJI = (
    "👩🏽‍🚒",
    "🏴\U000e0067\U000e0062\U000e0065\U000e007f",
    "🇺🇦🇷🇺🇦",
    "#️⃣*️⃣",
    "🫱🏿‍🫲🏻",
    "☠︎☠️",
    "‍‍‍",
    "🏳️‍⚧️",
)
_NOTHING = (
    *(
        "null",
        "None",
        "NaN",
        "undefined",
        "nil",
        "NULL",
        "[object Object]",
        "true",
        "0",
        "-0",
        "1e999",
    ),
    *(
        "{}",
        "[]",
        '""',
        "''",
        "()",
        "..",
        "/",
        "\\",
        "?",
        "#",
        "&",
        "%",
        "%n",
        "%s%s",
        "{0}",
        "${x}",
    ),
    *("<nobody>", "Infinity", "0x0", "'; DROP TABLE mention; --", '" OR 1=1 --', "{{constructor}}"),
)

MANY: tuple[str, ...] = tuple(
    dict.fromkeys(
        (
            *HOSTILE,
            *(tag.format(handler) for tag, handler in product(_TAGS, _HANDLERS)),
            *(one.format(f"{AWAY}/m{number}") for number, one in enumerate(_LOADS)),
            *(f"[x]({one})" for one in _SCHEMES),
            *(f"<a href='{one}'>x</a>" for one in _SCHEMES),
            *_MARKDOWN,
            *_FORMULAS,
            *_SHEETS,
            *_ENTITIES,
            *_UNSEEN,
            *_TALL,
            *_LONG,
            *_EMOJI,
            *_NOTHING,
        )
    )
)
