// The editor with highlighting: CodeMirror 6, from the folder that the server serves it from.
// It lives in a shadow root, where it may bring its styles without an inline style element.
export async function codeEditor(place, { url, text, label, suggestAt, insertion, run }) {
  const CM = await import(url);
  const language = await CM.languages.find((one) => one.name === "SPARQL").load();
  const shadow = place.attachShadow({ mode: "open" });
  const parent = document.createElement("div");
  shadow.append(parent);

  const setMark = CM.StateEffect.define();
  const marked = CM.StateField.define({
    create: () => CM.Decoration.none,
    update(marks, change) {
      let next = change.docChanged ? CM.Decoration.none : marks;
      for (const effect of change.effects) if (effect.is(setMark)) next = effect.value;
      return next;
    },
    provide: (field) => CM.EditorView.decorations.from(field),
  });
  const attributes = new CM.Compartment();
  const named = (invalid) => attributes.reconfigure(CM.EditorView.contentAttributes.of(attributesOf(invalid)));
  const attributesOf = (invalid) => ({ "aria-label": label, tabindex: "0", spellcheck: "false", autocapitalize: "off", ...(invalid ? { "aria-invalid": "true" } : {}) });

  const complete = async (context) => {
    const found = await suggestAt(context.state.doc.toString(), context.pos, context.explicit);
    if (!found || context.aborted) return null;
    return {
      from: found.from,
      filter: false,
      options: found.options.map((one) => ({
        label: one.label,
        detail: one.curie && one.curie !== one.label ? [one.curie, one.detail].filter(Boolean).join(" \u00b7 ") : one.detail,
        info: one.info || undefined,
        apply(view, _, from, to) {
          const before = insertion(view.state.doc.toString(), one);
          const changes = [{ from, to, insert: one.insert }];
          if (before) changes.unshift({ from: 0, insert: before });
          view.dispatch({ changes, selection: { anchor: from + before.length + one.insert.length }, userEvent: "input.complete", scrollIntoView: true });
        },
      })),
    };
  };

  const view = new CM.EditorView({
    root: shadow,
    parent,
    state: CM.EditorState.create({
      doc: text,
      extensions: [
        CM.Prec.highest(CM.keymap.of([{ key: "Mod-Enter", run: () => { run(); return true; } }])),
        CM.basicSetup,
        language,
        // Names of our own instead of the colours that come with it, which know no dark page.
        CM.syntaxHighlighting(CM.HighlightStyle.define([])),
        highlighting(CM),
        CM.EditorState.languageData.of(() => [{ autocomplete: complete }]),
        CM.EditorView.lineWrapping,
        CM.EditorView.domEventHandlers({ beforeinput: replacing(CM) }),
        attributes.of(CM.EditorView.contentAttributes.of(attributesOf(false))),
        marked,
        theme(CM),
      ],
    }),
  });

  return {
    get text() { return view.state.doc.toString(); },
    set text(next) { view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next }, effects: named(false) }); },
    focus() { view.focus(); },
    mark(line, column) {
      if (line < 1 || line > view.state.doc.lines) return;
      const row = view.state.doc.line(line), at = Math.min(row.from + Math.max(column - 1, 0), row.to);
      const marks = [CM.Decoration.line({ class: "wrong-line" }).range(row.from)];
      const end = /^[^\s]*/.exec(row.text.slice(at - row.from))[0].length;
      if (end) marks.push(CM.Decoration.mark({ class: "wrong" }).range(at, at + end));
      view.dispatch({ effects: [setMark.of(CM.Decoration.set(marks, true)), named(true), CM.EditorView.scrollIntoView(at)], selection: { anchor: at } });
    },
    unmark() { view.dispatch({ effects: [setMark.of(CM.Decoration.none), named(false)] }); },
  };
}

// Typing over a selection: left to the browser, it would keep the look of what was there in an
// inline style, which the policy of the page refuses.
const replacing = (CM) => (event, view) => {
  const { from, to, empty } = view.state.selection.main;
  if (event.inputType !== "insertText" || !event.data || empty || view.composing) return false;
  const typed = () => view.state.update(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
  const isHandled = view.state.facet(CM.EditorView.inputHandler).some((handle) => handle(view, from, to, event.data, typed));
  if (!isHandled) view.dispatch(typed());
  event.preventDefault();
  return true;
};

// Each token gets a class by what the SPARQL mode calls it.
function highlighting(CM) {
  const mark = new Map();
  const build = (view) => {
    const found = [];
    for (const { from, to } of view.visibleRanges) {
      CM.syntaxTree(view.state).iterate({
        from, to,
        enter: (node) => {
          if (node.node.firstChild || node.from === node.to) return;
          const name = `is-${node.name.replace(/[^A-Za-z0-9]+/g, "-")}`;
          if (!mark.has(name)) mark.set(name, CM.Decoration.mark({ class: name }));
          found.push(mark.get(name).range(node.from, node.to));
        },
      });
    }
    return CM.Decoration.set(found, true);
  };
  return CM.ViewPlugin.define(
    (view) => ({
      tree: CM.syntaxTree(view.state),
      decorations: build(view),
      update(change) {
        const tree = CM.syntaxTree(change.state);
        if (change.docChanged || change.viewportChanged || tree !== this.tree) this.decorations = build(change.view);
        this.tree = tree;
      },
    }),
    { decorations: (plugin) => plugin.decorations },
  );
}

function theme(CM) {
  return CM.EditorView.theme({
    "&": { color: "var(--text)", backgroundColor: "var(--page)", border: "1px solid var(--line)", borderRadius: ".5rem", fontSize: ".9375rem", overflow: "hidden" },
    "&.cm-focused": { outline: "3px solid var(--focus)", outlineOffset: "2px" },
    ".cm-scroller": { fontFamily: "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace", lineHeight: "1.55", maxHeight: "70vh", overflow: "auto" },
    ".cm-content": { caretColor: "var(--text)", paddingBlock: ".6rem" },
    ".cm-content, .cm-gutter": { minHeight: "19rem" },
    ".cm-cursor": { borderLeftColor: "var(--text)", borderLeftWidth: "2px" },
    ".cm-gutters": { backgroundColor: "var(--panel)", color: "var(--muted)", borderRight: "1px solid var(--rule)" },
    ".cm-activeLine": { backgroundColor: "var(--active)" },
    ".cm-activeLineGutter": { backgroundColor: "var(--soft)", color: "var(--text)" },
    "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--selection)" },
    ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--selection)", outline: "1px solid var(--line)" },
    ".cm-selectionMatch": { backgroundColor: "var(--soft)" },
    ".cm-foldPlaceholder": { backgroundColor: "var(--soft)", color: "var(--muted)", borderColor: "var(--rule)" },
    ".cm-panels": { backgroundColor: "var(--panel)", color: "var(--text)", borderColor: "var(--rule)" },
    ".cm-panel input, .cm-panel button": { backgroundColor: "var(--page)", backgroundImage: "none", color: "var(--text)", border: "1px solid var(--line)" },
    ".cm-tooltip": { backgroundColor: "var(--page)", color: "var(--text)", border: "1px solid var(--line)", borderRadius: ".4rem", boxShadow: "0 6px 20px #0003", overflow: "hidden" },
    ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "system-ui, sans-serif", maxHeight: "18rem", maxWidth: "min(44rem, 92vw)" },
    ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: ".25rem .6rem", lineHeight: "1.4" },
    ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--text)", color: "var(--page)" },
    ".cm-tooltip-autocomplete ul li[aria-selected] .cm-completionDetail": { color: "var(--page)" },
    ".cm-completionIcon": { display: "none" },
    ".cm-completionDetail": { color: "var(--muted)", fontStyle: "normal", fontSize: ".8125rem", marginInlineStart: ".9rem" },
    ".cm-completionInfo": { padding: ".5rem .7rem", maxWidth: "20rem", fontFamily: "system-ui, sans-serif", fontSize: ".875rem" },
    ".is-keyword, .is-builtin": { color: "var(--code-keyword)", fontWeight: "600" },
    ".is-variableName-local, .is-variableName-special": { color: "var(--code-variable)" },
    ".is-atom, .is-tagName, .is-variable-3": { color: "var(--code-name)" },
    ".is-string, .is-string-2, .is-literal, .is-number": { color: "var(--code-literal)" },
    ".is-comment": { color: "var(--muted)", fontStyle: "italic" },
    ".wrong-line": { backgroundColor: "var(--note)" },
    ".wrong": { textDecoration: "underline wavy var(--warn) 2px", textUnderlineOffset: "3px" },
  });
}
