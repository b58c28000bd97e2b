import { expect, test } from 'vitest';
import { aiBody, aiValues, tenantBody, tenantValues } from './ai-settings';

test('what is read is what is saved', () => {
  const tenant = {
    customerID: 1,
    name: 'Acme',
    defaultLang: 'nl',
    defaultCustomerRepID: 3,
    llmModels: ['small', 'large'],
    llmProvider: 'Ollama' as const,
    llmTimeoutSeconds: 30,
    llmMonthlyTokens: null,
  };
  expect(tenantBody(tenantValues(tenant))).toMatchObject({
    name: 'Acme',
    defaultCustomerRepID: 3,
    llmModels: ['small', 'large'],
    llmProvider: 'Ollama',
    llmTimeoutSeconds: 30,
    llmMonthlyTokens: 0,
    llmEndpoint: '',
  });
  const ai = { topicsMostWrong: 0.035, languages: ['en', 'nl'], isSwitching: false, topicExamples: 2 };
  expect(aiValues(ai).mostWrong).toBe('3.5');
  expect(aiBody(aiValues(ai))).toMatchObject({ topicsMostWrong: 0.035, languages: ['en', 'nl'] });
  expect(aiBody({ ...aiValues(ai), mostWrong: '', languages: ' ' })).toMatchObject({
    topicsMostWrong: 0,
    languages: [],
  });
});
