import { ApiError, OfflineError } from '../api/problems';
import { t } from './i18n.svelte';

/** What went wrong, in a sentence for people. */
export function describe(error: unknown): string {
  if (error instanceof OfflineError) return t('error.offline');
  if (error instanceof ApiError) {
    if (error.status === 401) return t('error.signedOut');
    if (error.status === 403) return t('error.forbidden');
    if (error.status === 404) return t('error.notFound');
    if (error.status === 412) return t('error.changed');
    if (error.status === 429) return t('error.tooMany');
    if (error.status >= 500) return t('error.server');
    const field = Object.entries(error.fields)[0];
    return field ? `${field[0]} ${field[1][0]}` : error.message;
  }
  return t('error.unknown');
}
