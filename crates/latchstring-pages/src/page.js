// Improves what works without it. Holds no words: every word a person reads or hears comes from the page.
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/** Says something to people who do not see it happen. Emptied first, so that the same words are said twice. */
function say(text) {
  const region = $('#say');
  if (!region || !text) return;
  region.textContent = '';
  setTimeout(() => { region.textContent = text; }, 100);
}

// ---- Moments in the reader's own time zone ----

function localTimes(root = document) {
  const { lang, dataset } = document.documentElement;
  const language = dataset.dates ?? lang;
  const forms = {
    date: { dateStyle: 'medium' },
    time: { timeStyle: 'short' },
    second: { timeStyle: 'medium' },
    moment: { dateStyle: 'medium', timeStyle: 'short' },
  };
  for (const time of $$('time[data-as]', root)) {
    time.textContent = new Intl.DateTimeFormat(language, forms[time.dataset.as]).format(new Date(time.dateTime));
  }
  for (const note of $$('[data-zone]', root)) {
    note.textContent = note.dataset.zone.replace('{}', Intl.DateTimeFormat().resolvedOptions().timeZone);
  }
}

// ---- Copy ----

function offerCopies(root = document) {
  for (const button of $$('[data-copy]', root)) button.hidden = false;
}

document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-copy]');
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  const text = source.value ?? source.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // No clipboard here, such as on plain http: leave it selected, ready for the person's own copying.
    if (source.select) { source.focus(); source.select(); } else { getSelection().selectAllChildren(source); }
    say(button.dataset.selected);
    return;
  }
  const label = $('span', button);
  button.dataset.label ??= label.textContent;
  label.textContent = button.dataset.copied;
  say(button.dataset.copied);
  setTimeout(() => { label.textContent = button.dataset.label; }, 2000);
});

document.addEventListener('focusin', (event) => {
  if (event.target.matches?.('input[readonly]')) event.target.select();
});

// ---- What is shown once: not shown again when the browser goes back to a page it kept ----

addEventListener('pagehide', () => {
  for (const shown of $$('[data-once]')) {
    if ('value' in shown) shown.value = shown.dataset.once;
    else shown.textContent = shown.dataset.once;
  }
});

// ---- Questions: the page that asks, opened in a dialog instead ----

async function ask(url) {
  const dialog = $('dialog');
  try {
    const response = await fetch(url, { redirect: 'manual' });
    if (!response.ok) throw new Error('not the question');
    const answer = new DOMParser().parseFromString(await response.text(), 'text/html');
    dialog.replaceChildren(document.adoptNode($('[data-question]', answer)));
    localTimes(dialog);
    dialog.showModal();
    $('[autofocus]', dialog)?.focus();
  } catch {
    location.assign(url);
  }
}

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!form.matches('form[data-ask]') || !$('dialog')?.showModal) return;
  event.preventDefault();
  const url = new URL(form.action);
  url.search = new URLSearchParams(new FormData(form));
  ask(url);
});

document.addEventListener('click', (event) => {
  const cancel = event.target.closest('dialog [data-cancel]');
  if (!cancel) return;
  event.preventDefault();
  cancel.closest('dialog').close();
});

// ---- A code that is waiting: how long it has, and whether an app came ----

function countDown(live) {
  const shown = $('[data-seconds]', live);
  if (!shown) return;
  const end = Date.now() + 1000 * shown.dataset.seconds;
  let before = Infinity;
  say(shown.dataset.start);
  const tick = () => {
    if (!shown.isConnected) return;
    const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    const clock = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
    shown.textContent = shown.dataset.left.replace('{}', clock);
    if (left <= 60 && before > 60 && before !== Infinity) say(shown.dataset.minute);
    before = left;
    if (left > 0) setTimeout(tick, 1000);
    else look(live).catch(() => {}); // the next look tells
  };
  tick();
}

/** Asks the server. What is shown next is its answer, never a guess. */
async function look(live) {
  // Followed, it might lead to another site, which the page may not ask.
  const response = await fetch(live.dataset.look, { redirect: 'manual' });
  // Signed out. Not a reload: this page may be the answer to a form, which would be sent again.
  if (response.type === 'opaqueredirect') return location.assign(live.dataset.look);
  if (!response.ok) throw new Error(response.statusText);
  const answer = new DOMParser().parseFromString(await response.text(), 'text/html');
  const next = $('[data-live]', answer);
  if (!next || next.dataset.live === live.dataset.live) return;
  const hadFocus = live.contains(document.activeElement);
  live.dataset.live = next.dataset.live;
  live.replaceChildren(...next.childNodes);
  localTimes(live);
  offerCopies(live);
  document.title = answer.title || document.title;
  say(next.dataset.say);
  if (hadFocus) $('[tabindex="-1"]', live)?.focus();
}

function watch(live, pause = 3000) {
  if (live.dataset.live !== 'waiting') return;
  setTimeout(async () => {
    let next = 3000;
    if (!document.hidden) await look(live).catch(() => { next = Math.min(pause * 2, 30000); });
    watch(live, next);
  }, pause);
}

localTimes();
offerCopies();
$('[data-focus]')?.focus();
const live = $('[data-live="waiting"]');
if (live) { countDown(live); watch(live); }
