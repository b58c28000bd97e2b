// Light, dark or the system's. public/theme.js applies the choice before the first paint.

export type Theme = 'system' | 'light' | 'dark';
const KEPT = 'answerpal.theme';
const system = matchMedia('(prefers-color-scheme: dark)');

function kept(): Theme {
  const value = localStorage.getItem(KEPT);
  return value === 'light' || value === 'dark' ? value : 'system';
}

class ThemeState {
  #chosen = $state<Theme>(kept());
  #systemDark = $state(system.matches);

  constructor() {
    system.addEventListener('change', () => {
      this.#systemDark = system.matches;
      this.#apply();
    });
  }

  get chosen(): Theme {
    return this.#chosen;
  }

  get isDark(): boolean {
    return this.#chosen === 'dark' || (this.#chosen === 'system' && this.#systemDark);
  }

  choose(theme: Theme): void {
    this.#chosen = theme;
    if (theme === 'system') localStorage.removeItem(KEPT);
    else localStorage.setItem(KEPT, theme);
    this.#apply();
  }

  toggle(): void {
    this.choose(this.isDark ? 'light' : 'dark');
  }

  #apply(): void {
    document.documentElement.classList.toggle('dark', this.isDark);
  }
}

export const theme = new ThemeState();
