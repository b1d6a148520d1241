// A link or code to the status page carries reference and secret behind "#", which no server sees: fill them in.
const [reference, secret] = decodeURIComponent(location.hash.slice(1)).split(".");
if (reference) {
  document.getElementById("reference").value = reference;
  history.replaceState(null, "", location.pathname);
  const next = document.getElementById("secret");
  if (secret) next.value = secret;
  (secret ? document.querySelector("#track button") : next).focus();
}
