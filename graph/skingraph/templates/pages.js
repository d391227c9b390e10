"use strict";
// What a page can do more with a script: copy a name, narrow a list. All else works without.
(() => {
  for (const field of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) break;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", `Copy ${field.textContent.trim()}`);
    const told = document.createElement("span");
    told.className = "tally";
    told.setAttribute("role", "status");
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(field.textContent.trim());
        told.textContent = " Copied";
      } catch {
        told.textContent = " Not copied: select the text and copy it";
      }
      setTimeout(() => { told.textContent = ""; }, 3000);
    });
    field.after(button, told);
  }

  const filter = document.getElementById("filter");
  if (!filter) return;
  const fold = (text) => text.normalize("NFKC").toLowerCase().replace(/[-_\u2013]/g, " ");
  const items = [...document.querySelectorAll(".kind-list li, .questions li")].map((item) => [item, fold(item.textContent)]);
  const lists = [...document.querySelectorAll(".kind-list, section:has(> .questions)")].map((list) => [list, list.open]);
  filter.closest("[hidden]").hidden = false;
  filter.addEventListener("input", () => {
    const wanted = fold(filter.value.trim());
    let shown = 0;
    for (const [item, text] of items) {
      item.hidden = !text.includes(wanted);
      shown += !item.hidden;
    }
    for (const [list, wasOpen] of lists) {
      const isEmpty = !list.querySelector("li:not([hidden])");
      list.hidden = isEmpty;
      if (wasOpen !== undefined) list.open = wanted ? !isEmpty : wasOpen;
    }
    document.getElementById("filtered").textContent = wanted ? `${shown} shown` : "";
  });

})();
