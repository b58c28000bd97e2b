// How wide the window is, and what a narrow one shows of what has no room.
const narrow = matchMedia('(max-width: 767px)');
const wide = matchMedia('(min-width: 1180px)');

class Screen {
  isNarrow = $state(narrow.matches);
  /** Room for a panel beside the conversation. */
  isWide = $state(wide.matches);
  /** Whether a narrow window shows the views. */
  drawer = $state(false);

  constructor() {
    narrow.addEventListener('change', () => (this.isNarrow = narrow.matches));
    wide.addEventListener('change', () => (this.isWide = wide.matches));
  }
}

export const screen = new Screen();
