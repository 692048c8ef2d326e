"""A commenter asks to be forgotten: who it is, what goes and what stays, and a typed word."""

from datetime import datetime

import streamlit as st
from sqlmodel import Session

from dashboard import data, words
from dashboard.doing import perform
from dashboard.frame import say
from dashboard.i18n import _, ngettext
from dashboard.plain import Html, fill, join, one_line, show
from otklik import database, erasing
from otklik.erasing import Erased, Preview
from otklik.errors import OtklikError
from otklik.models import Author, Person
from otklik.store.erasing import list_authors_like

KEY = "commenter"
ASKED = "author"  # the parameter in the address
LEAST, LONGEST = 2, 128


def asked_for() -> int | None:
    """The author the address names."""
    text = st.query_params.get(ASKED, "")
    return int(text) if text.isdecimal() and len(text) < 18 else None


def draw(who: Person) -> None:
    """The section."""
    number = asked_for()
    if number is None:
        _search()
        return
    with database.reading(data.engine()) as session:
        try:
            found = erasing.preview(session, person=who, author_id=number)
        except OtklikError as error:
            refused: OtklikError | None = error
        else:
            refused = None
    st.button(_("Another commenter"), key=f"{KEY}-another", on_click=_choose, args=(None,))
    if refused is not None:
        show(fill('<p class="ot-note">{text}</p>', text=words.refusal(refused)))
        return
    _card(number, found)


def _choose(number: int | None) -> None:
    if number is None:
        st.query_params.pop(ASKED, None)
    else:
        st.query_params[ASKED] = str(number)


def _search() -> None:
    show(
        fill(
            '<p class="ot-fine">{text}</p>',
            text=_(
                "Somebody asks to be forgotten: find them here, or follow the link in one of their "
                "cases."
            ),
        )
    )
    typed = st.text_input(
        _("Part of a name, an address or a number there"), max_chars=LONGEST, key=f"{KEY}-words"
    )
    if len(typed.strip()) < LEAST:
        return
    with database.reading(data.engine()) as session:
        found = list_authors_like(session, data.settings().brand_id, typed)
    if not found:
        show(fill('<p class="ot-fine">{text}</p>', text=_("Nobody of that name.")))
    for one in found:
        with st.container(
            key=f"ot-commenter-{one.id}", horizontal=True, vertical_alignment="center"
        ):
            show(_who(one))
            st.button(_("This one"), key=f"{KEY}-{one.id}", on_click=_choose, args=(one.id,))


def _who(one: Author) -> Html:
    return fill(
        '<p class="ot-commenter"><b>{name}</b> <span class="ot-fine">{platform} · № {number}'
        " · {place}</span></p>",
        name=one_line(one.name or _("Guest"), shown=80),
        platform=one.platform,
        number=one.id,
        place=one_line(one.url or one.external_id, shown=120),
    )


def _card(number: int, found: Preview) -> None:
    with st.container(key="ot-erase", border=True):
        show(
            fill(
                '<h3 class="ot-h">{title}</h3>{accounts}<div class="ot-erase-two"><section><h4>'
                "{goes}</h4><ul>{gone}</ul></section><section><h4>{stays}</h4><ul>{kept}</ul>"
                "</section></div>",
                title=_("Erase this person's data"),
                accounts=join(_who(one) for one in found.accounts),
                goes=_("Goes, for ever"),
                gone=_list(_gone(found)),
                stays=_("Stays"),
                kept=_list(_kept(found)),
            )
        )
        if found.hindrance:
            text = words.said(found.hindrance)
            show(fill('<p class="ot-notice ot-notice-problem">{text}</p>', text=text))
            return
        _confirm(number)


def _list(texts: list[str]) -> Html:
    return join(fill("<li>{text}</li>", text=text) for text in texts)


def _gone(found: Preview) -> list[str]:
    accounts, mentions = len(found.accounts), found.mentions
    told = [
        ngettext(
            "name, address and contacts of {n} account",
            "names, addresses and contacts of {n} accounts",
            accounts,
        ),
        ngettext(
            "the text of {n} comment with earlier versions and pictures",
            "the texts of {n} comments with earlier versions and pictures",
            mentions,
        ),
        _("what verdicts, drafts and alerts quote of them, objections to measures"),
        _("details of the audit log about them; its chain still verifies"),
    ]
    if found.queued:
        told.append(
            ngettext(
                "{n} approved reply, which is not sent",
                "{n} approved replies, which are not sent",
                found.queued,
            )
        )
    return told


def _kept(found: Preview) -> list[str]:
    told = [
        _("that there was a comment, and how it was judged"),
        _("what the staff wrote: reasons of measures, answers to objections, promises"),
        _("that it was erased, by whom and why"),
    ]
    if found.public:
        text = ngettext(
            "{n} reply of ours where it was published: withdraw it first if it names them",
            "{n} replies of ours where they were published: withdraw them first if they name them",
            found.public,
        )
        told.insert(1, text)
    if found.promises:
        text = ngettext("{n} open promise to them", "{n} open promises to them", found.promises)
        told.insert(2, text)
    return told


def _confirm(number: int) -> None:
    with st.form(key=f"{KEY}-form-{number}", border=False, enter_to_submit=False):
        st.text_input(
            _("Who asked for it, and when (kept on record)"),
            max_chars=200,
            key=f"{KEY}-reason-{number}",
        )
        st.text_input(
            _("To confirm, type the number {number}").format(number=number),
            max_chars=20,
            key=f"{KEY}-typed-{number}",
        )
        st.form_submit_button(
            _("Erase for ever"),
            type="primary",
            key=f"{KEY}-erase",
            on_click=on_erase,
            args=(number,),
        )


def on_erase(number: int) -> None:
    """Forget this person, if the word was typed and a reason given."""
    reason, typed = (
        str(st.session_state.get(f"{KEY}-{name}-{number}") or "").strip()
        for name in ("reason", "typed")
    )
    if not reason:
        say(_("Say who asked for it."), "problem")
        return
    if typed != str(number):
        say(_("Nothing was erased: the number is another one."), "problem")
        return

    def act(session: Session, who: Person, at: datetime) -> Erased:
        return erasing.erase_author(session, person=who, author_id=number, reason=reason, at=at)

    done = perform(act)
    if done is not None:
        _choose(None)
        say(ngettext("Erased: {n} comment.", "Erased: {n} comments.", done.mentions))
