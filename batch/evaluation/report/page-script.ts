/** The script of the page: the search field and the order of the cards. Without it all cards are shown, worst first. */
export const PAGE_SCRIPT = `
const form = document.querySelector('form');
const said = document.querySelector('output');
const sections = [...document.querySelectorAll('section[data-direction]')];
const orders = {
  worst: (one, other) => other.dataset.rank - one.dataset.rank,
  best: (one, other) => one.dataset.rank - other.dataset.rank,
  split: (one, other) => one.dataset.index - other.dataset.index,
};
function update() {
  const words = form.elements.search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  const direction = form.elements.direction.value;
  const order = orders[form.elements.order.value];
  let shown = 0;
  for (const section of sections) {
    section.hidden = direction !== 'both' && section.dataset.direction !== direction;
    const list = section.querySelector('.cards');
    const cards = [...list.children].sort(order);
    for (const card of cards) {
      card.hidden = !words.every((word) => card.dataset.text.includes(word));
      if (!card.hidden && !section.hidden) shown++;
    }
    list.append(...cards);
  }
  said.textContent = shown === 1 ? '1 query' : shown + ' queries';
}
form.addEventListener('input', update);
form.addEventListener('submit', (event) => event.preventDefault());
form.hidden = false;
update();
`;
