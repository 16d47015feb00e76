"use strict";
for (const form of document.querySelectorAll("form.filter")) {
  const samples = [...form.parentElement.querySelectorAll("details.sample")];
  const texts = samples.map((sample) => sample.textContent.toLowerCase());
  const told = form.querySelector("output");
  const choose = () => {
    const wanted = new FormData(form);
    const words = String(wanted.get("words")).toLowerCase();
    let count = 0;
    samples.forEach((sample, place) => {
      const shown = (!wanted.get("mark") || sample.classList.contains(wanted.get("mark"))) &&
        ["category", "language"].every((name) => !wanted.get(name) || sample.dataset[name] === wanted.get(name)) && texts[place].includes(words);
      sample.hidden = !shown;
      count += shown ? 1 : 0;
    });
    told.textContent = count + " of " + samples.length + " samples on this page";
  };
  form.addEventListener("input", choose);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  choose();
}
