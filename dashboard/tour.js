// A walk over the real screen: a card beside the thing it tells of. Nothing is locked meanwhile.
class Tour {
  constructor() {
    this.card = null;
    document.addEventListener("keydown", (event) => this.onKey(event));
    document.addEventListener("click", (event) => {
      if (event.target.closest?.("[data-otklik-tour]")) this.start();
    });
    const follow = () => this.card && requestAnimationFrame(() => this.place());
    window.addEventListener("scroll", follow, true);
    window.addEventListener("resize", follow);
    window.setInterval(follow, 400); // what is drawn anew moves its neighbours
  }

  draw(data) {
    const isNew = this.data?.key !== data.key;
    this.data = data;
    if (this.card) this.write();
    else if (isNew && this.kept() === null && !localStorage.getItem("otklik-tour-off")) this.start();
  }

  kept() { return localStorage.getItem(this.data.key); }

  start() {
    const step = Number(this.kept() ?? 0);
    this.step = step >= 0 && step < this.data.steps.length ? step : 0;
    if (!this.card) this.build();
    this.go(this.step);
  }

  build() {
    const make = (tag, kind, more = {}) => Object.assign(document.createElement(tag), { className: kind, ...more });
    this.ring = make("div", "ot-tour-ring");
    this.card = make("section", "ot-tour");
    this.card.setAttribute("role", "dialog");
    this.card.setAttribute("aria-labelledby", "ot-tour-title");
    this.card.setAttribute("aria-describedby", "ot-tour-text");
    this.count = make("small", "");
    this.title = make("h2", "", { id: "ot-tour-title" });
    this.text = make("p", "", { id: "ot-tour-text" });
    const row = make("div", "ot-tour-row");
    this.leaveButton = make("button", "", { type: "button", onclick: () => this.leave() });
    this.backButton = make("button", "", { type: "button", onclick: () => this.go(this.step - 1) });
    this.nextButton = make("button", "ot-tour-next", { type: "button", onclick: () => this.next() });
    row.append(this.leaveButton, this.backButton, this.nextButton);
    this.card.append(this.count, this.title, this.text, row);
    document.body.append(this.ring, this.card);
  }

  async go(step) {
    this.step = Math.max(0, step);
    localStorage.setItem(this.data.key, String(this.step));
    const one = this.data.steps[this.step];
    this.write();
    this.nextButton.focus({ preventScroll: true });
    if (one.page !== undefined && location.pathname !== one.page) this.open(one.page);
    for (let tries = 0; tries < 40 && !document.querySelector(one.at); tries += 1) {
      await new Promise((done) => window.setTimeout(done, 150));
      if (!this.card || this.data.steps[this.step] !== one) return;
    }
    document.querySelector(one.at)?.scrollIntoView({ block: "nearest" });
    this.place();
  }

  open(page) {
    const links = [...document.querySelectorAll('.st-key-ot-bar [data-testid="stPageLink"] a')];
    links.find((link) => new URL(link.href).pathname === page)?.click();
  }

  next() {
    const one = this.data.steps[this.step];
    if (this.step + 1 >= this.data.steps.length) return this.leave("done");
    if (one.press) document.querySelector(one.press)?.click();
    return this.go(this.step + 1);
  }

  leave(kept = null) {
    localStorage.setItem(this.data.key, kept ?? String(this.step));
    this.card.remove();
    this.ring.remove();
    this.card = null;
  }

  write() {
    const { steps, words } = this.data;
    const one = steps[this.step];
    const isLast = this.step + 1 === steps.length;
    this.count.textContent = `${this.step + 1} / ${steps.length}`;
    this.title.textContent = one.title;
    this.text.textContent = one.text;
    this.leaveButton.textContent = words.leave;
    this.backButton.textContent = words.back;
    this.backButton.hidden = this.step === 0;
    this.nextButton.textContent = isLast ? words.end : words.next;
    this.place();
  }

  place() {
    if (!this.card) return;
    const target = document.querySelector(this.data.steps[this.step].at);
    const box = target?.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.card;
    const within = (value, most) => Math.max(12, Math.min(value, most - 12));
    this.ring.hidden = !box;
    if (!box) {
      Object.assign(this.card.style, { left: `${innerWidth - width - 16}px`, top: `${innerHeight - height - 16}px` });
      return;
    }
    const below = box.bottom + 12 + height < innerHeight;
    const beside = !below && box.right + 12 + width < innerWidth;
    const top = below ? box.bottom + 12 : beside ? box.top : box.top - height - 12;
    const left = beside ? box.right + 12 : box.left;
    this.card.style.top = `${within(top < 12 ? innerHeight - height - 16 : top, innerHeight - height)}px`;
    this.card.style.left = `${within(left, innerWidth - width)}px`;
    Object.assign(this.ring.style, {
      top: `${box.top - 4}px`, left: `${box.left - 4}px`, width: `${box.width + 8}px`, height: `${box.height + 8}px`,
    });
  }

  onKey(event) {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName ?? "");
    if (event.key === "?" && !typing && !this.card) this.start();
    else if (!this.card || !this.card.contains(document.activeElement)) return;
    else if (event.key === "Escape") this.leave();
    else if (event.key === "ArrowRight") this.next();
    else if (event.key === "ArrowLeft" && this.step) this.go(this.step - 1);
  }
}

export default function ({ data }) {
  window.otklikTour ??= new Tour();
  window.otklikTour.draw(data);
}
