// The editor without highlighting: the page's own text field, with a list of suggestions below it.
export function plainEditor(field, { label, suggestAt, insertion, run }) {
  const list = document.createElement("ul");
  list.id = "suggestions";
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  list.hidden = true;
  field.after(list);
  field.setAttribute("aria-label", label);
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  let found = null, at = -1, asked = 0;

  function close() {
    found = null;
    list.hidden = true;
    field.removeAttribute("aria-activedescendant");
  }

  function choose(number) {
    at = number;
    [...list.children].forEach((item, one) => item.setAttribute("aria-selected", String(one === at)));
    const item = list.children[at];
    if (!item) return;
    field.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  }

  function insert(one) {
    const before = insertion(field.value, one), from = found.from, to = field.selectionStart;
    field.value = before + field.value.slice(0, from) + one.insert + field.value.slice(to);
    const end = before.length + from + one.insert.length;
    field.setSelectionRange(end, end);
    close();
    field.focus();
  }

  async function open(explicit) {
    const turn = ++asked;
    const next = await suggestAt(field.value, field.selectionStart, explicit);
    if (turn !== asked) return;
    if (!next || document.activeElement !== field) return close();
    found = next;
    list.replaceChildren(...next.options.map((one, number) => {
      const item = document.createElement("li");
      item.id = `suggestion-${number}`;
      item.setAttribute("role", "option");
      const name = document.createElement("bdi"), detail = document.createElement("small");
      name.textContent = one.label;
      detail.textContent = [one.curie, one.detail].filter(Boolean).join(" \u00b7 ");
      item.append(name, detail);
      item.addEventListener("mousedown", (event) => { event.preventDefault(); insert(one); });
      return item;
    }));
    list.hidden = false;
    choose(explicit ? 0 : -1);
  }

  field.addEventListener("input", () => open(false));
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key === "Enter") { event.preventDefault(); close(); return run(); }
    if (command && event.key === " ") { event.preventDefault(); return open(true); }
    if (!found) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      const count = found.options.length;
      choose((at + step + count) % count);
    } else if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      insert(found.options[at]);
    } else if (event.key === "Escape") {
      event.preventDefault();
      close();
    }
  });

  return {
    get text() { return field.value; },
    set text(next) { field.value = next; close(); this.unmark(); },
    focus() { field.focus(); },
    mark(line, column) {
      const lines = field.value.split("\n");
      if (line < 1 || line > lines.length) return;
      const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0) + Math.max(column - 1, 0);
      const end = start + Math.max(/^[^\s]*/.exec(field.value.slice(start))[0].length, 1);
      field.setAttribute("aria-invalid", "true");
      field.focus();
      field.setSelectionRange(start, end);
    },
    unmark() { field.removeAttribute("aria-invalid"); },
  };
}
