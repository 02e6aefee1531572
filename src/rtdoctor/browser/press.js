// The elements of a frame that a person could press, through open shadow roots, and its empty fields.
(mark) => {
  const ask = {};
  globalThis.dispatchEvent(new CustomEvent(mark, { detail: ask }));
  const listens = ask.listens ?? (() => "");
  const rootOf = ask.rootOf ?? ((element) => element.shadowRoot);
  const MOST = 4000;
  const elements = [];
  const collect = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (elements.length >= MOST) return;
      elements.push(element);
      const inner = rootOf(element);
      if (inner) collect(inner);
    }
  };
  collect(document);
  const ROLES = "button,[role=button],[role=switch],[role=tab],[role=menuitem],summary,[onclick],a[href^='#'],a[href^='javascript'],a:not([href]),input[type=button],input[type=submit],input[type=image]";
  const MAY_BE = "a[href],label[for],[data-action],[class*=btn i],[class*=button i],[tabindex='0']";
  const DEV_TOOLS = "nextjs-portal,[data-nextjs-toast],vite-error-overlay,#webpack-dev-server-client-overlay,#__vconsole,.tsqd-parent-container";
  const PRESSES = ["click", "mousedown", "mouseup", "pointerdown", "pointerup", "touchstart"];
  const isShown = (element) => {
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
    const box = element.getBoundingClientRect();
    return box.width > 3 && box.height > 3;
  };
  const isDisabled = (element) => element.disabled === true || element.getAttribute("aria-disabled") === "true";
  const within = (element, selector) => {
    for (let node = element; node; node = node.parentElement ?? node.getRootNode().host)
      if (node.matches?.(selector)) return true;
    return false;
  };
  const pointed = (element) => {
    const above = element.parentElement;
    return getComputedStyle(element).cursor === "pointer" && !(above && getComputedStyle(above).cursor === "pointer");
  };
  // whether something else lies above its middle, as far as that is in view
  const isCovered = (element) => {
    const box = element.getBoundingClientRect();
    const at = [box.x + box.width / 2, box.y + box.height / 2];
    let top = document.elementFromPoint(...at);
    for (let inner = top && rootOf(top); inner; inner = top && rootOf(top)) {
      const deeper = inner.elementFromPoint(...at);
      if (!deeper || deeper === top) break;
      top = deeper;
    }
    const isIn = (node, other) => node && (node === other || isIn(node.parentElement ?? node.getRootNode().host, other));
    return top !== null && !isIn(top, element) && !isIn(element, top);
  };
  const short = (value) => String(value ?? "").replace(/\s+/g, " ").trim().slice(0, 120);
  const LEADS_AWAY = "a[target=_blank],a[download],a[href^='mailto:'],a[href^='tel:']";
  const leadsAway = (element) =>
    element.matches(LEADS_AWAY) || (element.matches("a[href]") && element.origin !== location.origin && element.protocol !== "javascript:");
  // what the picture in a button without words is called: its classes, its file, its title
  const iconOf = (element) => {
    const names = [];
    for (const part of [element, ...element.querySelectorAll("svg,i,img,use,span,title")].slice(0, 8)) {
      const named = part.getAttribute("class") ?? "";
      const file = part.getAttribute("src") ?? part.getAttribute("href") ?? "";
      names.push(named.replace(/\b(items|justify|text|self|content|place|float|clear|col|row)-(start|end)\b/g, ""));
      if (part !== element) names.push(part.getAttribute("data-icon") ?? "", file.startsWith("data:") ? "" : file.split("/").pop());
      if (part.localName === "title") names.push(part.textContent);
    }
    return short(names.join(" "));
  };
  // by its id, else by its words, else by its number among its kind
  const selectorOf = (element) => {
    if (element.id && /^[A-Za-z][\w-]*$/.test(element.id)) return `#${element.id}`;
    const text = short(element.innerText);
    const tag = element.localName;
    const hasText = text && text.length < 60;
    const alike = elements.filter((e) => e.localName === tag && (!hasText || short(e.innerText).toLowerCase().includes(text.toLowerCase())));
    const number = alike.indexOf(element);
    return (hasText ? `${tag}:has-text(${JSON.stringify(text)})` : tag) + (number > 0 ? ` >> nth=${number}` : "");
  };
  // whether a press of it comes to anything: a listener of its own or around it, or the browser's act
  const ACTS = "a[href],summary,label,form,select,input,[popovertarget],[commandfor]";
  const listensTo = (node) => ask.listens(node) !== "" || node.$$click || node.__click || PRESSES.some((type) => node[`on${type}`]);
  const isHeard = (element) => {
    if (!ask.listens) return true;
    for (let node = element; node; node = node.parentNode ?? node.host)
      if (listensTo(node) || node.matches?.(ACTS)) return true;
    return listensTo(globalThis);
  };
  const fields = [];
  const wanted = [];
  for (const element of elements) {
    if (!element.matches("input,textarea,select") || !isShown(element) || isDisabled(element)) continue;
    const type = element.tagName === "SELECT" ? "select" : (element.type ?? "text");
    if (["button", "submit", "image", "reset", "hidden", "file", "range", "color"].includes(type)) continue;
    const isEmpty = type === "checkbox" || type === "radio" ? element.required && !element.checked : !element.value;
    if (!isEmpty) continue;
    fields.push(element);
    const labels = [...(element.labels ?? [])].map((l) => l.innerText).join(" ");
    wanted.push({
      type,
      hint: short(`${labels} ${element.placeholder ?? ""} ${element.name} ${element.id} ${element.getAttribute("aria-label") ?? ""}`),
      is_required: element.required === true,
      options: type === "select" ? [...element.options].map((o) => o.value).filter(Boolean).slice(0, 50) : [],
    });
  }
  const GROUP = "form,dialog,[role=dialog]";
  const isFilled = ({ type, hint, is_required }) => is_required || type === "select" || /key|sk-/i.test(hint);
  const isBesideField = (element) => {
    const group = element.closest(GROUP);
    return group !== null && fields.some((field, i) => isFilled(wanted[i]) && group.contains(field));
  };
  const found = [];
  const told = [];
  for (const element of elements) {
    // Solid and Svelte listen once for all elements, and keep on each what is to be done
    const delegated = element.$$click || element.__click ? "click" : "";
    const heard = `${listens(element)} ${PRESSES.filter((type) => element[`on${type}`]).join(" ")} ${delegated}`.trim();
    if (element === document.body || element === document.documentElement) continue;
    const isRole = element.matches(ROLES);
    if (!isRole && !heard && !element.matches(MAY_BE) && !pointed(element)) continue;
    if (!isShown(element) || leadsAway(element) || within(element, DEV_TOOLS)) continue;
    if (found.some((other) => other !== element && other.contains(element) && other.matches(ROLES))) continue;
    const box = element.getBoundingClientRect();
    found.push(element);
    told.push({
      text: short(element.innerText || element.value),
      label: short(`${element.getAttribute("aria-label") ?? ""} ${element.title ?? ""} ${element.alt ?? ""}`),
      icon: iconOf(element),
      name: short(`${element.id} ${element.getAttribute("name") ?? ""} ${element.getAttribute("data-testid") ?? ""}`),
      selector: selectorOf(element),
      is_button: isRole,
      listens: heard !== "",
      is_heard: isHeard(element),
      is_beside_field: isBesideField(element),
      is_disabled: isDisabled(element),
      is_covered: isCovered(element),
      leads_on: element.matches("a[href]") && !heard && element.pathname !== location.pathname,
      is_held: /(mouse|pointer)(down|up)|touchstart/.test(heard) && !heard.includes("click"),
      is_toggle: element.getAttribute("aria-pressed") === "true",
      area: Math.round(box.width * box.height),
    });
  }
  return { found, told, fields, wanted };
};
