// Every answer and every place has an address; this leads from one to the next without loading the page again.

const reportqa = {
  // The last address of each page, so that turning back to it keeps what was there.
  last: {},

  // Whether figures are marked in the report.
  figures: false,

  // The question that this script put into the box last: what a person has typed since stays.
  asked: "",

  // Set by the page's router: shows what the address names.
  show: undefined,

  // Called where the box stands, before Gradio's script has started.
  begin() {
    theme.apply();
    this.asked = this.box().value = new URLSearchParams(location.search).get("q") ?? "";
    if (this.page(location.search) === "ask") this.box().focus();
  },

  // One at a time, and the newest address last: an answer that was slow must not take the place of the next one.
  visit() {
    this.waiting = this.running;
    if (this.running || !this.show) return;
    this.running = location.search || "?";
    document.documentElement.classList.add("busy");
    this.show();
  },

  // `shown` says what has come: its address, where a question that leaned on the one before stands whole, its title.
  done(shown) {
    const { address, title, question, subject } = JSON.parse(shown);
    const visited = this.running;
    this.running = undefined;
    if (address && location.search === visited) history.replaceState(null, "", address);
    this.last[this.page(visited)] = address || visited;
    if (this.waiting) return this.visit();
    document.documentElement.classList.remove("busy");
    const page = this.page(location.search);
    // Someone has turned to another page meanwhile, and stays there.
    if (page !== this.page(visited)) document.getElementById(`page-${page}-button`)?.click();
    else document.title = title ? `${title} · 问报告` : "问报告";
    document.querySelector("#top .subject").textContent = subject;
    if (question !== null && this.box().value === this.asked) {
      this.asked = this.box().value = question;
      if (document.activeElement === this.box()) this.box().select();
    }
  },

  failed() {
    this.running = this.waiting = undefined;
    document.documentElement.classList.remove("busy");
  },

  box() {
    return document.querySelector("#question textarea");
  },

  page(search) {
    const query = new URLSearchParams(search);
    return query.get("p") ?? (query.has("d") ? "read" : "ask");
  },

  go(address) {
    const push = address === location.search ? "replaceState" : "pushState";
    history[push](null, "", address);
    this.visit();
  },

  // Asks on top of the answer that is shown, in the reports that are chosen.
  ask(question) {
    this.asked = this.box().value;
    const given = new URLSearchParams({ q: question.trim() });
    const before = document.querySelector("#answer [data-question]")?.dataset.question;
    if (before && before !== given.get("q")) given.set("after", before);
    for (const report of document.querySelectorAll("#scope :checked")) given.append("in", report.value);
    this.go("?" + given);
  },

  turnTo(page) {
    if (this.page(location.search) === page) return;
    const known = this.last[page];
    if (known === undefined) return this.go(page === "ask" ? "?" : `?p=${page}`);
    history.pushState(null, "", known);
    // Not what was there: somebody may have changed the reports since.
    if (page === "library" || page === "feedback") this.visit();
  },

  // The page may still be hidden when its content arrives: what is hidden cannot be scrolled.
  reveal(element, tries = 60) {
    if (!element.offsetParent) {
      if (tries) requestAnimationFrame(() => this.reveal(element, tries - 1));
      return;
    }
    const outline = element.querySelector("details");
    if (outline) outline.open = matchMedia("(min-width: 721px)").matches;
    const toggle = element.querySelector("[name=figures]");
    if (toggle) toggle.checked = this.figures;
    for (const back of element.querySelectorAll("[data-back]")) back.hidden = !this.last.ask?.includes("q=");
    element.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
    const place = element.querySelector(".place") ?? element.querySelector(".found");
    place?.classList.add("current");
    if (place) place.scrollIntoView({ block: "center" });
    else element.querySelector(".document")?.scrollTo(0, 0);
  },

  // Leads to the next place that was found, or to the one before.
  turnToFound(reader, step) {
    const found = [...reader.querySelectorAll(".found")];
    const number = reader.querySelector("[data-found-number]");
    const next = (Number(number.textContent) - 1 + step + found.length) % found.length;
    number.textContent = next + 1;
    found.forEach((place, at) => place.classList.toggle("current", at === next));
    found[next].scrollIntoView({ block: "center" });
  },

  // Has a paragraph written under the answer. If something else is asked meanwhile, its form is another: the paragraph is dropped.
  async write(form) {
    const section = form.parentElement;
    const sent = () => new URLSearchParams(new FormData(form)).toString();
    const asked = sent();
    section.ariaBusy = "true";
    const response = await fetch(form.action, { method: "post", body: new URLSearchParams(asked) }).catch(() => undefined);
    const written = response?.ok && (await response.text().catch(() => ""));
    if (!form.isConnected || sent() !== asked) return;
    section.ariaBusy = "false";
    if (written) section.innerHTML = written;
    else form.elements.said.value = "没有写成：程序没有回答。请再试一次。";
  },

  async copy(text, button) {
    // Without https, on another machine than this one, a browser has no clipboard to give.
    if (navigator.clipboard) await navigator.clipboard.writeText(text);
    else {
      const area = Object.assign(document.createElement("textarea"), { value: text });
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    const label = button.textContent;
    button.textContent = "已复制";
    setTimeout(() => (button.textContent = label), 1500);
  },
};

// Light or dark as the system is, or as somebody has chosen in this browser.
const theme = {
  names: { system: "跟随系统", light: "浅色", dark: "深色" },
  signs: { system: "◐", light: "☀", dark: "☾" },
  dark: matchMedia("(prefers-color-scheme: dark)"),
  get chosen() {
    return this.names[localStorage.getItem("reportqa-theme")] ? localStorage.getItem("reportqa-theme") : "system";
  },
  turn() {
    const names = Object.keys(this.names);
    localStorage.setItem("reportqa-theme", names[(names.indexOf(this.chosen) + 1) % names.length]);
    this.apply();
  },
  apply() {
    const dark = this.chosen === "dark" || (this.chosen === "system" && this.dark.matches);
    if (document.body.classList.contains("dark") !== dark) document.body.classList.toggle("dark", dark);
    const button = document.querySelector("#top .theme");
    button.textContent = this.signs[this.chosen];
    button.title = button.ariaLabel = `明暗：${this.names[this.chosen]}`;
  },
};
theme.dark.addEventListener("change", () => theme.apply());
// Gradio sets the page's own colours by the system alone, once it has started.
addEventListener("DOMContentLoaded", () =>
  new MutationObserver(() => theme.apply()).observe(document.body, { attributeFilter: ["class"] }));

document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="?"]');
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  reportqa.go(link.getAttribute("href"));
});

document.addEventListener("click", (event) => {
  const tab = event.target.closest?.('[role="tab"][id^="page-"]');
  if (tab) reportqa.turnTo(tab.id.split("-")[1]);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button");
  if (!button) return;
  const { copy, found } = button.dataset;
  if (found) reportqa.turnToFound(button.closest(".reader"), Number(found));
  if (copy !== undefined) reportqa.copy(copy, button);
  if (button.matches("[data-copy-address]")) reportqa.copy(location.href, button);
  if (button.matches("[data-theme]")) theme.turn();
  if (button.matches("[data-back]")) document.getElementById("page-ask-button").click();
  if (button.matches("[data-top]")) scrollTo(0, 0);
  if (button.matches("[data-contents]")) {
    const outline = button.closest(".reader").querySelector("details");
    outline.open = true;
    outline.scrollIntoView();
  }
  if (button.matches("[data-all]")) {
    for (const one of button.form.elements) one.checked = false;
    button.form.requestSubmit();
  }
});

// A name that is being composed from its sounds is taken with Enter, too: that asks nothing yet.
document.addEventListener("keydown", (event) => {
  const inBox = event.target === reportqa.box();
  if (inBox && event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    reportqa.box().form.requestSubmit();
  }
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches?.("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
  event.preventDefault();
  reportqa.box().focus();
  reportqa.box().select();
});

document.addEventListener("submit", (event) => {
  if (event.target.matches("#question")) {
    event.preventDefault();
    reportqa.ask(reportqa.box().value);
  } else if (event.target.matches("form[data-write]")) {
    event.preventDefault();
    reportqa.write(event.target);
  } else if (event.target.matches("form[data-scope]")) {
    event.preventDefault();
    event.target.closest("details").open = false;
    if (reportqa.box().value.trim()) reportqa.ask(reportqa.box().value);
  } else if (event.target.matches("form[data-go]")) {
    event.preventDefault();
    const given = [...new FormData(event.target)].filter(([, value]) => value.trim());
    reportqa.go("?" + new URLSearchParams(given));
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-go-on-change]")) event.target.form.requestSubmit();
  if (event.target.matches("[data-scope] [name=in]")) {
    const scope = event.target.closest(".scope");
    const [all, chosen] = [scope.querySelectorAll("[name=in]").length, scope.querySelectorAll(":checked").length];
    scope.querySelector("summary b").textContent = chosen ? `${chosen} 份` : `全部 ${all} 份`;
  }
  if (event.target.matches(".reader [name=figures]")) reportqa.figures = event.target.checked;
});
