// The views: each registers itself once, and is drawn into the same place.
const views = (() => {
  const all = [];
  let current = null, drawn = null;

  function register(view) {
    all.push(view);
    all.sort((a, b) => a.order - b.order);
  }
  const named = (name) => all.find((view) => view.name === name);

  // What a view does not want to know of needs no new drawing.
  function render(now) {
    const view = named(now.view), box = dom.byId("view");
    const key = view.wants ? JSON.stringify([view.name, view.wants(now)]) : null;
    if (key !== null && key === drawn) { view.update?.(box, now); return; }
    if (current && current !== view) current.leave?.();
    // A view that can renew itself keeps the focus where it is.
    const same = current === view && view.redraw;
    if (!same) box.replaceChildren();
    box.dataset.view = view.name;
    box.setAttribute("aria-label", view.title);
    if (same) view.redraw(box, now); else view.render(box, now);
    [current, drawn] = [view, key];
  }
  return { register, named, render, get all() { return all; } };
})();
