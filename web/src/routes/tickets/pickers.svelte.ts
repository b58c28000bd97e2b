// Which of the small choosers is open, for what is selected or open.

export type Picker = 'rep' | 'status' | 'delete' | 'new';

class Pickers {
  #open = $state<Picker | null>(null);

  get which(): Picker | null {
    return this.#open;
  }

  open(picker: Picker): void {
    this.#open = picker;
  }

  close(): void {
    this.#open = null;
  }
}

export const pickers = new Pickers();
