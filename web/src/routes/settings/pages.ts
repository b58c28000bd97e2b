// The pages of the settings, and who may see them.
import type { Component } from 'svelte';

export interface Page {
  name: string;
  load: () => Promise<{ default: Component }>;
  /** Only for those who may see or change it. */
  only?: 'administrators' | 'supervisors';
}

const PAGES: Page[] = [
  { name: 'profile', load: () => import('./Profile.svelte') },
  { name: 'channels', load: () => import('./Channels.svelte') },
  { name: 'canned', load: () => import('./Canned.svelte') },
  { name: 'fields', load: () => import('./CustomFields.svelte') },
  { name: 'people', load: () => import('./People.svelte') },
  { name: 'topics', load: () => import('./Topics.svelte') },
  { name: 'documents', load: () => import('./Documents.svelte') },
  { name: 'automatic', load: () => import('./AutoReplies.svelte'), only: 'administrators' },
  { name: 'ai', load: () => import('./Ai.svelte'), only: 'administrators' },
  { name: 'outbox', load: () => import('./Outbox.svelte'), only: 'supervisors' },
  { name: 'unreadable', load: () => import('./DeadMails.svelte'), only: 'supervisors' },
  { name: 'jobs', load: () => import('./DeadJobs.svelte'), only: 'administrators' },
  { name: 'keys', load: () => import('./ApiKeys.svelte'), only: 'administrators' },
  { name: 'audit', load: () => import('./Audit.svelte'), only: 'administrators' },
];

interface Who {
  isAdministrator: boolean;
  isSupervisor: boolean;
}

/** The pages that somebody may see, in their order. */
export function pagesFor(who: Who): Page[] {
  return PAGES.filter(
    ({ only }) => only === undefined || (only === 'supervisors' ? who.isSupervisor : who.isAdministrator),
  );
}
