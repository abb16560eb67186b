/* Search as you type over a select or over grouped check boxes, which work without it.
   A combobox with a listbox, after the patterns of the ARIA Authoring Practices. */

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const on = (target, type, act) => target.addEventListener(type, act);
const create = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

const plain = (text) =>
  text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/\s+/g, " ").trim();
const starts = (text, token) => ` ${text}`.includes(` ${token}`) || ` ${text}`.includes(`-${token}`);

/* How well an entry answers the query: 0 is best, -1 not at all. Each word must be found. */
function rank(entry, query) {
  if (entry.words.startsWith(query)) return 0;
  let worst = 0;
  for (const token of query.split(" ")) {
    if (starts(entry.words, token)) worst = Math.max(worst, 1);
    else if (starts(entry.more, token)) worst = Math.max(worst, 2);
    else if (token.length > 2 && `${entry.words} ${entry.more}`.includes(token)) worst = 3;
    else return -1;
  }
  return worst;
}

function marked(label, query) {
  const token = query.split(" ")[0];
  const at = token ? plain(label).indexOf(token) : -1;
  if (at < 0 || plain(label).length !== label.length) return [label];
  const end = at + token.length;
  return [label.slice(0, at), create("mark", {}, label.slice(at, end)), label.slice(end)];
}

export class Picker {
  constructor(root) {
    this.root = root;
    this.texts = root.dataset;
    this.isMultiple = this.texts.picker === "multiple";
    this.select = root.querySelector("select");
    this.groups = root.querySelector(".picker-groups");
    this.search = root.querySelector(".picker-search");
    this.input = this.search.querySelector("input");
    this.list = root.querySelector(".picker-list");
    this.chosen = root.querySelector(".picker-chosen");
    this.status = root.querySelector("[role=status]");
    this.entries = this.isMultiple ? this.fromBoxes() : this.fromSelect();
    this.active = -1;
    this.label();
    this.listen();
    (this.groups ?? this.select).hidden = true;
    this.search.hidden = false;
    this.sync();
  }

  fromBoxes() {
    return all("input", this.groups).map((box) =>
      this.entry(
        box,
        box.labels[0].textContent.trim(),
        box.closest("details")?.querySelector("summary > span")?.textContent.trim() ?? "",
      ),
    );
  }

  fromSelect() {
    return all("option", this.select)
      .filter((option) => option.value)
      .map((option) =>
        this.entry(option, option.textContent.trim(), option.closest("optgroup")?.label ?? ""),
      );
  }

  entry(source, label, group) {
    const more = plain(`${source.dataset.keywords ?? ""} ${group} ${source.value}`);
    return { source, label, group, words: plain(label).replace(/[^\p{L}\p{N} -]/gu, " "), more };
  }

  /* The search field takes over label, hint and error from what it stands for. */
  label() {
    const field = this.select ?? this.root.closest("fieldset");
    const id = `${this.select?.id ?? this.root.id}-search`;
    this.input.id = id;
    this.list.id = `${id}-list`;
    this.input.setAttribute("aria-controls", this.list.id);
    const caption = this.select ? this.select.labels[0] : field?.querySelector("legend");
    if (caption) {
      caption.id ||= `${id}-label`;
      this.input.removeAttribute("aria-label");
      if (this.select) caption.htmlFor = id;
      else this.input.setAttribute("aria-labelledby", caption.id);
      this.list.setAttribute("aria-labelledby", caption.id);
    }
    for (const name of ["aria-describedby", "aria-invalid"]) {
      const value = field?.getAttribute(name) ?? this.groups?.querySelector("input")?.getAttribute(name);
      if (value) this.input.setAttribute(name, value);
    }
  }

  listen() {
    on(this.input, "input", (event) => { event.stopPropagation(); this.open(); });
    on(this.input, "change", (event) => event.stopPropagation());
    on(this.input, "click", () => this.open());
    on(this.input, "focus", () => this.isMultiple || this.input.select());
    on(this.input, "keydown", (event) => this.key(event));
    on(this.root, "focusout", (event) => this.root.contains(event.relatedTarget) || this.close());
    on(this.list, "mousedown", (event) => event.preventDefault());
    on(this.list, "click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.pick(this.shown[option.dataset.index]);
    });
    on(window, "pageshow", () => this.sync());
  }

  isChosen(entry) {
    return this.isMultiple ? entry.source.checked : entry.source.selected;
  }

  query() {
    const text = plain(this.input.value);
    const current = this.isMultiple ? null : this.entries.find((entry) => this.isChosen(entry));
    return current && this.input.value === current.label ? "" : text;
  }

  open() {
    const query = this.query();
    const ranked = this.entries.map((entry) => [query ? rank(entry, query) : 0, entry]);
    const found = ranked.filter(([place]) => place >= 0);
    if (query) found.sort((a, b) => a[0] - b[0]);
    this.shown = found.map(([, entry]) => entry);
    this.list.replaceChildren(...this.rows(query));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.move(query && this.shown.length ? 0 : -1);
    this.status.textContent = query ? `${this.shown.length} ${this.texts.found}` : "";
  }

  rows(query) {
    if (!this.shown.length) return [create("p", { class: "picker-none" }, this.texts.none)];
    const rows = [];
    let box = null;
    this.shown.forEach((entry, index) => {
      const option = create(
        "div",
        { role: "option", id: `${this.list.id}-${index}`, "aria-selected": String(this.isChosen(entry)), "data-index": index },
        create("span", {}, ...marked(entry.label, query)),
      );
      if (query || !entry.group) return rows.push(option);
      if (box?.dataset.group !== entry.group) {
        box = create("div", { role: "group", "aria-label": entry.group, "data-group": entry.group },
          create("span", { "aria-hidden": "true" }, entry.group));
        rows.push(box);
      }
      return box.append(option);
    });
    return rows;
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    if (!this.isMultiple && !this.input.value.trim()) this.clear();
    this.sync();
  }

  clear() {
    const empty = all("option", this.select).find((option) => !option.value);
    if (!empty || empty.selected) return;
    empty.selected = true;
    this.tell(this.select);
  }

  move(index) {
    this.active = index;
    for (const option of all("[role=option]", this.list)) {
      const isActive = Number(option.dataset.index) === index;
      option.classList.toggle("is-active", isActive);
      if (!isActive) continue;
      this.input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    }
    if (index < 0) this.input.removeAttribute("aria-activedescendant");
  }

  key(event) {
    const isOpen = !this.list.hidden;
    const last = (this.shown?.length ?? 0) - 1;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen) return this.open();
      const step = event.key === "ArrowDown" ? 1 : -1;
      return this.move(this.active + step > last ? 0 : this.active + step < 0 ? last : this.active + step);
    }
    if (event.key === "Enter" && isOpen && (this.active >= 0 || this.query())) {
      event.preventDefault();
      return this.active >= 0 && this.pick(this.shown[this.active]);
    }
    if (event.key === "Escape" && isOpen) {
      event.stopPropagation();
      if (this.isMultiple) this.input.value = "";
      return this.close();
    }
    if (event.key === "Backspace" && this.isMultiple && !this.input.value) {
      const lastChosen = this.entries.findLast((entry) => this.isChosen(entry));
      if (lastChosen) this.pick(lastChosen);
    }
    return undefined;
  }

  pick(entry) {
    if (!this.isMultiple) {
      entry.source.selected = true;
      this.tell(this.select);
      return this.close();
    }
    const isFull = this.texts.maximum && this.count() >= Number(this.texts.maximum);
    if (!entry.source.checked && isFull) {
      this.status.textContent = this.texts.full;
      return this.note(this.texts.full);
    }
    entry.source.checked = !entry.source.checked;
    this.tell(entry.source);
    const hadQuery = this.query();
    this.input.value = "";
    this.sync();
    if (hadQuery || this.list.hidden) this.close();
    else {
      const place = this.active;
      const scroll = this.list.scrollTop;
      this.open();
      this.list.scrollTop = scroll;
      this.move(place);
    }
    this.status.textContent = `${entry.label}: ${entry.source.checked ? this.texts.chosen : this.texts.removed}`;
    return undefined;
  }

  note(text) {
    this.list.prepend(create("p", { class: "picker-none" }, text));
    this.list.scrollTop = 0;
  }

  count() {
    return this.entries.filter((entry) => this.isChosen(entry)).length;
  }

  tell(source) {
    source.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /* What is shown follows what is chosen. */
  sync() {
    if (!this.isMultiple) {
      this.input.value = this.entries.find((entry) => this.isChosen(entry))?.label ?? "";
      return;
    }
    const chips = this.entries.filter((entry) => this.isChosen(entry)).map((entry) => {
      const chip = create("button", { type: "button", class: "chip", "aria-label": `${this.texts.remove}: ${entry.label}` },
        create("span", {}, entry.label), create("span", { "aria-hidden": "true", class: "chip-x" }, "×"));
      on(chip, "click", () => { this.pick(entry); this.input.focus(); });
      return chip;
    });
    this.chosen.replaceChildren(...chips);
  }
}
