// Judging comments by keys. Comments lie here before they are wanted, so a key is never early: it
// always belongs to the comment on the screen. Answers are kept until the server has them.
const STANCES = /^(?:Digit|Numpad)([1-6])$/;
const URGENCIES = /^(?:Digit|Numpad)([1-4])$/;

const make = (tag, kind = "", text = "") =>
  Object.assign(document.createElement(tag), { className: kind, textContent: text });

class Judging {
  constructor() {
    window.addEventListener("keydown", (event) => this.onKey(event), true);
  }

  draw({ data, send, root }) {
    if (this.run !== data.run) this.begin(data.run);
    this.data = data;
    this.send = send;
    this.root = root;
    for (const item of data.items) {
      if (!this.items.has(item.id)) this.order.push(item.id);
      this.items.set(item.id, item);
    }
    this.log = this.log.filter((one) => one.seq > data.acked);
    this.show();
  }

  begin(run) {
    Object.assign(this, { run, items: new Map(), order: [], place: 0, log: [], seq: 0, stance: "",
      answered: new Set() });
  }

  onKey(event) {
    if (!this.root?.isConnected || event.ctrlKey || event.altKey || event.metaKey) return;
    if (/^(TEXTAREA|SELECT)$/.test(event.target.tagName) || event.target.type === "text") return;
    if (event.repeat) return;
    const act = this.wanted(event.code);
    if (!act) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    act();
  }

  wanted(code) {
    if (code === "KeyU" || code === "Backspace") return () => this.back();
    if (!this.current()) return null;
    if (code === "KeyS") return () => this.skip();
    const digit = (this.stance ? URGENCIES : STANCES).exec(code);
    return digit ? () => this.choose(Number(digit[1]) - 1) : null;
  }

  current() { return this.items.get(this.order[this.place]); }

  choose(number) {
    if (!this.stance) {
      this.stance = this.data.stances[number].value;
      return this.show();
    }
    const { id, version } = this.current();
    const urgency = this.data.urgencies[number].value;
    this.note({ id, version, stance: this.stance, urgency, again: this.answered.has(id) });
    this.answered.add(id);
  }

  skip() {
    const { id, version } = this.current();
    this.note({ id, version, skipped: true });
  }

  note(answer) {
    this.seq += 1;
    this.log.push({ seq: this.seq, ...answer });
    this.place += 1;
    this.stance = "";
    this.send([...this.log]);
    this.show();
  }

  back() {
    if (this.stance) this.stance = "";
    else if (this.place) this.place -= 1;
    this.show();
  }

  show() {
    const { words } = this.data;
    const item = this.current();
    const box = make("section", "ot-judge");
    box.setAttribute("aria-label", words.title);
    box.append(this.head(words));
    if (item) box.append(this.comment(item), this.step(words), this.foot(words));
    else box.append(make("p", "ot-judge-end", this.data.end ? words.end : words.wait));
    this.root.replaceChildren(box);
  }

  head(words) {
    const head = make("header", "ot-judge-head");
    const count = make("b", "", words.judged.replace("{n}", this.data.judged + this.pending()));
    count.setAttribute("role", "status");
    const left = make("span", "ot-fine", words.left.replace("{n}", this.order.length - this.place));
    const kept = make("span", `ot-fine ${this.log.length ? "" : "ot-judge-kept"}`,
      this.log.length ? words.sending : words.kept);
    head.append(count, left, kept);
    return head;
  }

  pending() { return this.log.filter((one) => !one.skipped && !one.again).length; }

  comment(item) {
    const box = make("article", "ot-judge-text");
    const head = make("p", "ot-fine");
    const text = make("div", "");
    head.innerHTML = item.about; // both made by dashboard.plain, as everything on the screen is
    text.innerHTML = item.text;
    box.append(head, text);
    return box;
  }

  step(words) {
    const box = make("div", "ot-judge-step");
    box.append(make("h3", "ot-h", this.stance ? words.urgency : words.stance));
    const row = make("div", "ot-judge-keys");
    const choices = this.stance ? this.data.urgencies : this.data.stances;
    choices.forEach((one, number) => {
      const button = make("button", "", "");
      button.type = "button";
      button.append(make("kbd", "", String(number + 1)), make("span", "", one.name));
      button.onclick = () => this.choose(number);
      row.append(button);
    });
    if (this.stance) {
      const chosen = this.data.stances.find((one) => one.value === this.stance);
      box.append(make("span", "ot-chip", chosen.name));
    }
    box.append(row);
    return box;
  }

  foot(words) {
    const foot = make("footer", "ot-judge-foot");
    for (const [key, name, act] of [["S", words.skip, () => this.skip()],
      ["U", words.back, () => this.back()]]) {
      const button = make("button", "", "");
      button.type = "button";
      button.append(make("kbd", "", key), make("span", "", name));
      button.onclick = act;
      foot.append(button);
    }
    return foot;
  }
}

export default function ({ data, setStateValue, parentElement }) {
  const judging = (window.otklikJudging ??= new Judging());
  const root = parentElement.querySelector(".ot-judge-root") ??
    parentElement.appendChild(make("div", "ot-judge-root"));
  judging.draw({ data, root, send: (log) => setStateValue("answers", log) });
}
