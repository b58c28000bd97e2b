import type { Command } from '../lib/commands.svelte';
import { LANGUAGES, locale, setLanguage, t, type Key, type Language } from '../lib/i18n.svelte';
import { router } from '../lib/router.svelte';
import { session } from '../lib/session.svelte';
import { theme } from '../lib/theme.svelte';
import { toasts } from '../lib/toasts.svelte';
import { pagesFor } from './settings/pages';
import { VIEWS, type View } from './tickets/filter';

const VIEW_KEYS: Record<View, string> = {
  open: 'g i',
  mine: 'g m',
  unassigned: 'g u',
  escalated: 'g e',
  closed: 'g c',
  spam: 'g s',
  everything: 'g a',
};

function undo(): void {
  if (!toasts.undo()) toasts.info(t('general.nothingToUndo'));
}

/** What can be done wherever one is. */
export function generalCommands(open: { help: () => void; palette: () => void }): Command[] {
  const list: Command[] = VIEWS.map((view) => ({
    id: `go-${view}`,
    title: `view.${view}`,
    group: 'go',
    keys: [VIEW_KEYS[view]],
    run: () => router.go(`/tickets/${view}`),
  }));
  list.push(
    {
      id: 'go-overview',
      title: 'nav.overview',
      group: 'go',
      keys: ['g o'],
      run: () => router.go('/overview'),
    },
    {
      id: 'go-settings',
      title: 'nav.settings',
      group: 'go',
      keys: ['g ,'],
      run: () => router.go('/settings'),
    },
    {
      id: 'palette',
      title: 'nav.palette',
      group: 'general',
      keys: ['mod+k'],
      whileTyping: true,
      hidden: true,
      run: open.palette,
    },
    { id: 'help', title: 'nav.keys', group: 'general', keys: ['?'], run: open.help },
    { id: 'undo', title: 'general.undo', group: 'general', keys: ['z', 'mod+z'], run: undo },
    {
      id: 'theme',
      title: 'nav.theme',
      group: 'general',
      keys: ['mod+shift+l'],
      whileTyping: true,
      run: () => theme.toggle(),
    },
    { id: 'sign-out', title: 'nav.signOut', group: 'general', run: () => void session.signOut() },
  );
  for (const { name } of pagesFor(session)) {
    list.push({
      id: `settings-${name}`,
      title: () => `${t('nav.settings')}: ${t(`settings.${name}` as Key)}`,
      group: 'go',
      run: () => router.go(`/settings/${name}`),
    });
  }
  for (const [code, name] of Object.entries(LANGUAGES)) {
    if (code === locale.language) continue;
    list.push({
      id: `language-${code}`,
      title: () => name,
      group: 'general',
      run: () => void setLanguage(code as Language),
    });
  }
  return list;
}
