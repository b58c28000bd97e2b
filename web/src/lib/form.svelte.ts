import { ApiError } from '../api/problems';
import { describe } from './failure';

/** A form that is being saved: what is wrong, field by field, as the server says it. */
export class Form {
  busy = $state(false);
  #error = $state.raw<unknown>(null);

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
      return true;
    } catch (error) {
      this.#error = error;
      return false;
    } finally {
      this.busy = false;
    }
  }
}
