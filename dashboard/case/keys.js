// Keys of a page. Presses are told apart by the place of the key (event.code), so that they work
// on a Russian layout too. A press belongs to what was on the screen when it was made: one that
// comes too early waits for its button, one for a case that has gone by then is dropped. This
// stands in the page before anything is painted: what is pressed before a page has said its keys
// is kept and read once it has.
(() => {
const WAITS = 12000; // ms for a button while the page is being drawn …
const PATIENCE = 2000; // … and when it is not: this page has no such button
const SETTLES = 120;

const isShown = (element) => element.getClientRects().length > 0;
const isReady = (element) =>
  isShown(element) && !element.disabled && !element.closest('[data-stale="true"]');
const find = (selector) => [...document.querySelectorAll(selector)].find(isShown);
const isDrawing = () =>
  document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState !== "notRunning";
// what a person sees belongs to this scope; the page's own keys may come a moment later
const seen = () => document.querySelector("[data-ot-scope]")?.dataset.otScope;
const menu = () => find('[data-testid="stPopoverBody"]');

function isTyping(element) {
  if (!element) return false;
  if (element.isContentEditable || element.tagName === "TEXTAREA") return true;
  if (element.tagName !== "INPUT") return false;
  return !["button", "checkbox", "radio", "range", "submit"].includes(element.type);
}

class Keys {
  constructor() {
    this.page = null;
    this.raw = [];
    this.early = [];
    this.left = "";
    this.opener = null;
    this.scope = "";
    window.addEventListener("keydown", (event) => this.onKey(event), true);
    new MutationObserver(() => this.flush()).observe(document, {
      childList: true, subtree: true, attributes: true,
      attributeFilter: ["disabled", "data-stale", "data-test-script-state"],
    });
  }

  draw(page) {
    if (page.run !== this.run) this.left = "";
    if (page.scope !== this.page?.scope) document.body.classList.remove("ot-unveiled");
    // other texts of the same incident have come, or another of its pages: read from the beginning
    const isTurned = [page.scope, this.scope].every((one) => one?.startsWith("incident-"));
    if (isTurned && page.scope !== this.scope)
      document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
    this.scope = page.scope;
    this.run = page.run;
    this.page = page;
    this.readRaw();
    this.flush();
  }

  leavePage(page) {
    if (this.page === page) this.page = null;
  }

  // a press for a page that has not said its keys yet: on a slow machine it says them a while
  // after everything is painted, so that one which looks finished may still do it
  keep(event) {
    if (event.repeat || isTyping(document.activeElement)) return;
    const { key, code, ctrlKey, altKey, shiftKey } = event;
    const [place, scope, at] = [location.pathname, seen(), Date.now()];
    this.raw = this.raw.filter((one) => at - one.at < WAITS);
    this.raw.push({ key, code, ctrlKey, altKey, shiftKey, place, scope, at });
  }

  readRaw() {
    for (const one of this.raw.splice(0)) {
      const isOurs = one.place === location.pathname && Date.now() - one.at < WAITS;
      const wanted = isOurs && !["Escape", "Slash"].includes(one.code) && this.wanted(one, false);
      // nobody means a case that is not to be seen yet; where there is none, the page was meant
      if (wanted && (one.scope || !wanted.acts || !seen()))
        // it waits for its button from now on: nobody could have clicked one before
        this.early.push({ ...wanted, scope: one.scope ?? this.page.scope, at: Date.now() });
    }
  }

  onKey(event) {
    if (event.isComposing || event.metaKey) return;
    if (!this.page) return this.keep(event);
    if (this.dialog?.open) {
      if (event.code !== "Escape" && event.code !== "Tab") this.swallow(event);
      return;
    }
    const typing = isTyping(document.activeElement);
    if (event.code === "Escape") return this.leave(event, typing);
    const wanted = this.wanted(event, typing);
    if (!wanted) return;
    this.swallow(event);
    if (event.repeat) return;
    this.early.push({ ...wanted, scope: seen() ?? this.page.scope, at: Date.now() });
    this.flush();
  }

  swallow(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  leave(event, typing) {
    if (menu() && this.opener) {
      this.opener.click();
      this.opener.focus();
      this.opener = null;
      this.swallow(event);
    } else if (typing) document.activeElement.blur();
  }

  wanted(event, typing) {
    if (event.ctrlKey && event.altKey) return null; // AltGr writes letters
    const open = menu();
    if (open && event.code === "Enter" && event.ctrlKey)
      return { do: "click", selector: '[data-testid="stPopoverBody"] button[kind="primary"]',
        closes: true };
    if (typing && !event.altKey && !event.ctrlKey) return null;
    if (event.key === "?" || (event.code === "Slash" && (event.shiftKey || event.altKey)))
      return { do: "help" };
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
    if (open && digit && !event.ctrlKey)
      return { do: "pick", number: Number(digit[1]) - 1, closes: true };
    if (open && !this.closing && event.key.length === 1 && !event.ctrlKey && !event.altKey) {
      open.querySelector("textarea, input")?.focus(); // words are for its field, no commands
      return null;
    }
    return this.page.keys.find((one) =>
      one.code === event.code && one.ctrl === event.ctrlKey &&
      (one.ctrl || !event.shiftKey));
  }

  flush() {
    if (!this.page) return;
    const drawing = isDrawing();
    if (drawing || this.wasDrawing) this.drawn = Date.now();
    this.wasDrawing = drawing;
    // a button that came with the last of a long drawing still gets what was pressed for it
    const isFresh = Date.now() - (this.drawn ?? 0) < PATIENCE;
    const patience = isFresh || this.left ? WAITS : PATIENCE;
    this.early = this.early.filter((one) => Date.now() - one.at < patience);
    if (this.early.length) window.setTimeout(() => this.flush(), PATIENCE + SETTLES);
    while (this.early.length) {
      const one = this.early[0];
      if (this.left && !["help", "unveil"].includes(one.do)) return;
      const isComing = one.scope !== this.page.scope && one.scope === seen();
      if (isComing && one.acts) return;
      const isGone = one.scope !== this.page.scope && one.acts;
      if (!isGone && !this.act(one)) return;
      this.early.shift();
    }
  }

  act(one) {
    if (one.do === "help") return this.help();
    if (one.do === "unveil") {
      document.body.classList.toggle("ot-unveiled");
      return true;
    }
    const target = one.do === "pick"
      ? [...menu()?.querySelectorAll('[class*="st-key-choice-"] button') ?? []][one.number]
      : find(one.selector);
    if (one.do === "pick" && !target) return true;
    if (one.do !== "focus" && isTyping(document.activeElement)) {
      document.activeElement.blur(); // hands the text over; the page hears of it before the click
      window.setTimeout(() => this.flush());
      return false;
    }
    if (!target || !isReady(target)) return false;
    if (one.do === "menu" && isDrawing()) return false; // it would close again under the hands
    if (one.do === "focus") {
      target.focus();
      target.setSelectionRange?.(target.value.length, target.value.length);
      return true;
    }
    target.click();
    if (one.do === "menu") this.opened(target);
    if (one.closes) this.close();
    if (one.acts) this.hold();
    return true;
  }

  // a busy page takes its time to open a list; one that a redrawn page has shut is opened again
  opened(button, tries = 40, again = true) {
    this.opener = button;
    this.closing = false;
    window.setTimeout(() => {
      const open = menu();
      if (this.opener !== button || open?.contains(document.activeElement)) return;
      const first = open?.querySelector('[class*="st-key-choice-"] button, textarea, input');
      if (first) return first.focus();
      const isShut = button.isConnected && button.getAttribute("aria-expanded") !== "true";
      if (again && isShut) button.click();
      if (tries) this.opened(button, tries - 1, again && !isShut);
    }, SETTLES);
  }

  close() {
    const button = this.opener;
    this.opener = null;
    this.closing = true;
    window.setTimeout(() => {
      if (menu() && button?.isConnected) button.click();
      this.closing = false;
    }, SETTLES);
  }

  hold() {
    this.left = this.page.scope;
    const run = this.run;
    window.setTimeout(() => {
      if (this.run === run) { this.left = ""; this.flush(); }
    }, WAITS / 2);
  }

  help() {
    this.dialog ??= document.body.appendChild(document.createElement("dialog"));
    const { title, close, groups } = this.page.help;
    const make = (tag, text, kind = "") =>
      Object.assign(document.createElement(tag), { textContent: text, className: kind });
    const body = groups.map(([name, lines]) => {
      const box = make("section", "");
      box.append(make("h3", name), ...lines.map(([keys, what]) => {
        const line = make("p", "");
        line.append(make("kbd", keys), make("span", what));
        return line;
      }));
      return box;
    });
    const button = make("button", close);
    button.onclick = () => this.dialog.close();
    const columns = make("div", "");
    columns.append(...body);
    this.dialog.className = "ot-keys";
    this.dialog.setAttribute("aria-label", title);
    this.dialog.replaceChildren(make("h2", title), columns, button);
    this.dialog.showModal();
    return true;
  }
}

window.otklikKeys = new Keys();
})();
