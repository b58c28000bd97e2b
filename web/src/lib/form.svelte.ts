import { ApiError } from '../api/problems';
import { describe } from './failure';
import { useUnsaved } from './unsaved.svelte';

/** A form that is being saved: what is wrong, field by field, as the server says it. */
export class Form {
  busy = $state(false);
  /** Something was typed or chosen that is not saved. */
  touched = $state(false);
  #error = $state.raw<unknown>(null);

  /** For the `form` element: notices what is typed. */
  readonly typing = {
    oninput: () => (this.touched = true),
    onchange: () => (this.touched = true),
  };

  /** Asks before what is typed goes with the page. Call while the component is set up. */
  guard(): this {
    // What is being saved may go on to another page.
    useUnsaved(() => this.touched && !this.busy);
    return this;
  }

  /** What is wrong with a field. */
  field(name: string): string | undefined {
    return this.#error instanceof ApiError ? this.#error.field(name) : undefined;
  }

  /** What is wrong besides the fields that are shown. */
  problem(...shown: string[]): string {
    if (!this.#error) return '';
    const isShown = this.#error instanceof ApiError && shown.some((it) => this.field(it));
    return isShown ? '' : describe(this.#error);
  }

  /** True where it worked. */
  async save(work: () => Promise<unknown>): Promise<boolean> {
    this.busy = true;
    this.#error = null;
    try {
      await work();
      this.touched = false;
      return true;
    } catch (error) {
      this.#error = error;
      return false;
    } finally {
      this.busy = false;
    }
  }
}
