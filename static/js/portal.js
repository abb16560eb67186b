/* Makes quicker what already works without it. No page needs this file. */

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const on = (target, type, act) => target.addEventListener(type, act);

/* ---- Forms: no double submit, saving in the background ----------------------------------- */

function release(form) {
  delete form.dataset.busy;
  all("[aria-busy]", form).forEach((button) => button.removeAttribute("aria-busy"));
}

on(document, "submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.busy) { event.preventDefault(); return; }
  form.dataset.busy = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
  setTimeout(() => release(form), 10000);
});
on(window, "pageshow", () => all("form[data-busy]").forEach(release));

function autosave(form) {
  const status = form.querySelector("[data-saving]");
  let timer = 0;
  let saving = null;
  const say = (text) => { if (status) status.textContent = text; };
  const send = async () => {
    say(status?.dataset.saving);
    try {
      const answer = await fetch(form.dataset.autosave || form.action, {
        method: "POST", body: new FormData(form), headers: { "X-Autosave": "1" }, redirect: "error",
      });
      const revision = answer.headers.get("X-Revision");
      if (revision && form.elements.revision) form.elements.revision.value = revision;
      say(answer.ok ? status?.dataset.saved : status?.dataset.failed);
      if (answer.ok) form.dispatchEvent(new Event("autosaved", { bubbles: true }));
    } catch {
      say(status?.dataset.failed);
    }
  };
  // One after the other: each carries the revision that the one before has brought back.
  const save = () => {
    const mine = saving = Promise.resolve(saving).then(send).then(() => { if (saving === mine) saving = null; });
  };
  on(form, "input", () => { clearTimeout(timer); timer = setTimeout(save, 1200); });
  on(form, "change", () => { clearTimeout(timer); timer = setTimeout(save, 400); });
  on(form, "submit", (event) => {
    clearTimeout(timer);
    if (!saving) return;
    event.preventDefault();
    saving.then(() => form.requestSubmit(event.submitter));
  });
}

/* The search over long lists comes in a file of its own, where there is such a list. */
async function picker(element) {
  const { Picker } = await import(element.dataset.module);
  new Picker(element);
}

/* ---- Small conveniences ------------------------------------------------------------------- */

function copier(button) {
  const text = button.querySelector("span") ?? button;
  const before = text.textContent;
  button.hidden = !navigator.clipboard;
  on(button, "click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    text.textContent = button.dataset.copied ?? before;
    setTimeout(() => { text.textContent = before; }, 2500);
  });
}

function themes(box) {
  const buttons = all("button", box);
  const show = () => buttons.forEach((button) =>
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === document.documentElement.dataset.theme)));
  buttons.forEach((button) => on(button, "click", () => {
    const choice = button.dataset.themeChoice;
    document.documentElement.dataset.theme = choice;
    document.cookie = `theme=${choice}; path=/; max-age=31536000; samesite=lax`;
    localStorage.setItem("theme", choice);
    show();
  }));
  show();
  box.hidden = false;
}

on(document, "click", (event) => {
  for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  const button = event.target.closest?.("[popovertarget]");
  const dialog = button && document.getElementById(button.getAttribute("popovertarget"));
  if (dialog?.localName === "dialog") {
    event.preventDefault();
    dialog.removeAttribute("popover");
    if (dialog.open) dialog.close(); else dialog.showModal();
  }
  const link = event.target.closest?.(".error-summary a");
  const target = link && document.getElementById(link.hash.slice(1));
  const field = target?.hidden || target?.matches(".picker") ? target.closest(".picker").querySelector(".picker-search input") : target;
  if (field) {
    event.preventDefault();
    field.focus();
    (field.closest(".field") ?? field).scrollIntoView({ block: "start" });
  }
});
on(document, "keydown", (event) => {
  const menu = event.key === "Escape" && document.activeElement?.closest("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

const started = new WeakSet();
const start = (selector, act, root) => {
  for (const element of [...(root.matches?.(selector) ? [root] : []), ...all(selector, root)]) {
    if (started.has(element)) continue;
    started.add(element);
    act(element);
  }
};
function enhance(root) {
  start("[data-picker]", picker, root);
  start("form[data-autosave]", autosave, root);
  start("[data-copy]", copier, root);
  start("[data-themes]", themes, root);
  start("[data-focus]", (element) => element.focus(), root);
}
enhance(document);
on(document, "htmx:load", (event) => enhance(event.target));
