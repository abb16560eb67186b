/* Drags an entry of the agenda to another half-day, by mouse, pen or finger. Nothing needs it: the
   buttons of each entry do the same. What is dropped is sent like a press of those buttons. */

const BOARD = "#agenda";
const FAR_ENOUGH = 6;
const EDGE = 70;
let drag = null;

const isControl = (element) => element.closest("a, button, summary, select, input, label, details");

/* By finger only the handle drags, so that the page can still be scrolled over the entries. */
function mayDrag(event) {
  if (event.button !== 0 || !event.isPrimary || !window.htmx) return false;
  if (event.target.closest("[data-handle]")) return true;
  return event.pointerType === "mouse" && !isControl(event.target);
}

function begin(card) {
  const marker = document.createElement("li");
  marker.className = "entry-marker";
  drag.marker = marker;
  drag.isMoving = true;
  card.classList.add("is-dragged");
  document.documentElement.classList.add("is-dragging");
}

/* The half-day under the pointer; an entry of a whole day goes to a day. */
function placeAt(x, y) {
  const under = document.elementFromPoint(x, y);
  const half = under?.closest("[data-drop]") ?? under?.closest("[data-day]")?.querySelector("[data-drop]");
  return half ?? null;
}

function show(half, y) {
  const list = half.querySelector(".agenda-cards");
  const others = [...list.querySelectorAll("[data-entry]")].filter((one) => one !== drag.card);
  const next = others.find((one) => {
    const box = one.getBoundingClientRect();
    return y < box.top + box.height / 2;
  });
  list.insertBefore(drag.marker, next ?? null);
  drag.half = half;
  drag.next = next ?? null;
  drag.isAmongOthers = others.length > 0;
}

function target() {
  const [day, part] = drag.half.dataset.drop.split("/");
  if (drag.card.dataset.part === "day" && part !== "day") return `${day}/day`;
  return drag.isAmongOthers ? `${day}/${part}/${drag.next?.dataset.entry ?? ""}` : `${day}/${part}`;
}

/* Whether it would come to lie where it was. */
function isSamePlace() {
  if (drag.half !== drag.home) return false;
  return drag.marker.previousElementSibling === drag.card || drag.marker.nextElementSibling === drag.card;
}

function end() {
  drag.marker?.remove();
  drag.card.classList.remove("is-dragged");
  drag.card.removeAttribute("style");
  document.documentElement.classList.remove("is-dragging");
  drag = null;
}

function drop() {
  const { card } = drag;
  const form = card.querySelector("form");
  const goes = drag.half && !isSamePlace() ? target() : "";
  end();
  if (!goes) return;
  const values = { key: form.elements.key.value, seen: form.elements.seen.value, to: goes };
  window.htmx.ajax("POST", form.action, { source: card, target: BOARD, swap: "outerHTML", values });
}

document.addEventListener("click", (event) => {
  const note = event.target.closest?.("[data-close]")?.parentElement;
  if (!note) return;
  note.remove();
  document.querySelector(BOARD).focus({ preventScroll: true });
});
document.addEventListener("pointerdown", (event) => {
  const card = event.target.closest?.("[data-entry]");
  if (!card || !mayDrag(event)) return;
  drag = { card, home: card.closest("[data-drop]"), x: event.clientX, y: event.clientY, top: scrollY, id: event.pointerId };
});

document.addEventListener("pointermove", (event) => {
  if (!drag || event.pointerId !== drag.id) return;
  const across = event.clientX - drag.x;
  const down = event.clientY - drag.y;
  if (!drag.isMoving && Math.hypot(across, down) < FAR_ENOUGH) return;
  if (!drag.isMoving) begin(drag.card);
  event.preventDefault();
  drag.card.style.translate = `${across}px ${down + scrollY - drag.top}px`;
  if (event.clientY < EDGE) scrollBy(0, -14);
  if (event.clientY > innerHeight - EDGE) scrollBy(0, 14);
  const half = placeAt(event.clientX, event.clientY);
  if (half) show(half, event.clientY);
});

document.addEventListener("pointerup", (event) => {
  if (!drag || event.pointerId !== drag.id) return;
  if (drag.isMoving) drop(); else drag = null;
});
document.addEventListener("pointercancel", () => { if (drag) end(); });
document.addEventListener("keydown", (event) => { if (drag && event.key === "Escape") end(); });
/* A mouse that began on a card selects no text and opens no link at its end. */
document.addEventListener("selectstart", (event) => { if (drag) event.preventDefault(); });
document.addEventListener("dragstart", (event) => { if (drag) event.preventDefault(); });
