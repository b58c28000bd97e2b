// The tenant's settings as a form has them: texts, shares as percents, lists with commas.
import type { AiSettings, AiSettingsIn, Tenant, TenantIn } from '../../api/types';

/** The fields that say themselves what is wrong with them. */
export const FIELDS = [
  'name',
  'defaultLang',
  'llmEndpoint',
  'llmProvider',
  'llmModel',
  'llmModels',
  'llmApiKey',
  'llmTimeoutSeconds',
  'llmMonthlyTokens',
  'aiTone',
  'topicsMostWrong',
  'languages',
  'embeddingEndpoint',
  'embeddingModel',
  'embeddingApiKey',
];

export function tenantValues(it: Tenant) {
  return {
    name: it.name,
    defaultLang: it.defaultLang ?? '',
    defaultRep: String(it.defaultCustomerRepID ?? 0),
    llmEndpoint: it.llmEndpoint ?? '',
    llmProvider: it.llmProvider ?? '',
    llmModel: it.llmModel ?? '',
    llmModels: it.llmModels.join(', '),
    llmApiKey: it.llmApiKey ?? '',
    llmTimeoutSeconds: String(it.llmTimeoutSeconds ?? ''),
    llmMonthlyTokens: String(it.llmMonthlyTokens ?? ''),
    aiTone: it.aiTone ?? '',
  };
}

function list(text: string): string[] {
  return text
    .split(',')
    .map((it) => it.trim())
    .filter(Boolean);
}

export function tenantBody(it: ReturnType<typeof tenantValues>): TenantIn {
  const { defaultRep, llmModels, llmTimeoutSeconds, llmMonthlyTokens, ...texts } = it;
  return {
    ...texts,
    defaultCustomerRepID: Number(defaultRep),
    llmModels: list(llmModels),
    // Nothing clears a number: the server takes 0 for that.
    llmTimeoutSeconds: Number(llmTimeoutSeconds),
    llmMonthlyTokens: Number(llmMonthlyTokens),
  };
}

export function aiValues(it: AiSettings) {
  return {
    mostWrong: it.topicsMostWrong ? String(Math.round(it.topicsMostWrong * 10_000) / 100) : '',
    languages: it.languages.join(', '),
    embeddingEndpoint: it.embeddingEndpoint ?? '',
    embeddingModel: it.embeddingModel ?? '',
    embeddingApiKey: it.embeddingApiKey ?? '',
  };
}

export function aiBody(it: ReturnType<typeof aiValues>): AiSettingsIn {
  const { mostWrong, languages, ...texts } = it;
  return { ...texts, topicsMostWrong: Number(mostWrong) / 100, languages: list(languages) };
}
