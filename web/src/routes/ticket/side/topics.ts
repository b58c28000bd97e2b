import { client } from '../../../api/client';
import { ok } from '../../../api/problems';
import { keys, oneMessage } from '../../../api/queries';
import { queryClient } from '../../../api/query-client';
import type { Message, MessageTopic, Topic } from '../../../api/types';
import { refreshTickets } from '../../tickets/actions';

/** The topics of a message as they will be once a person has chosen them. */
export function corrected(message: Message, wanted: Topic[]): MessageTopic[] {
  return wanted.map((topic) => {
    const kept = message.topics.find((it) => it.topicID === topic.topicID);
    return (
      kept ?? {
        ticketMessageTopicID: -topic.topicID,
        messageID: message.messageID,
        topicID: topic.topicID,
        topicName: topic.name,
        confidence: null,
        corrected: true,
      }
    );
  });
}

/** Says what a message is about: shown at once, learned from by the server. */
export async function correctTopics(message: Message, wanted: Topic[]): Promise<void> {
  const key = oneMessage(message.messageID).queryKey;
  await queryClient.cancelQueries({ queryKey: key });
  const before = queryClient.getQueryData(key);
  queryClient.setQueryData(key, (it: Message | undefined) => it && { ...it, topics: corrected(it, wanted) });
  try {
    await ok(
      client.POST('/api/ticketMessages/{id}/correct-topics', {
        params: { path: { id: message.messageID } },
        body: { topicIds: wanted.map((it) => it.topicID) },
      }),
    );
  } catch (error) {
    queryClient.setQueryData(key, before);
    throw error;
  }
  await queryClient.invalidateQueries({ queryKey: keys.message(message.messageID) });
  refreshTickets();
}
