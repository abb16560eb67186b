/* Shows the passkey buttons, which cannot work without scripts, and says so when a device refuses. */

for (const button of document.querySelectorAll("[data-needs-script]")) {
  button.hidden = !window.PublicKeyCredential;
}
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  for (const problem of document.querySelectorAll("[data-passkey-problem]")) problem.hidden = false;
});
