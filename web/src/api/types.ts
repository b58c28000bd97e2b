// Short names for what the specification defines; nothing here is written by hand.
import type { components, paths } from './schema';

type Schemas = components['schemas'];

export type Ticket = Schemas['TicketOut'];
export type TicketPage = Schemas['Page_TicketOut'];
export type TicketQuery = NonNullable<paths['/api/tickets']['get']['parameters']['query']>;
export type ListedMessage = Schemas['ListedMessageOut'];
export type Message = Schemas['MessageOut'];
export type Citation = Schemas['CitationOut'];
export type MessageTopic = Schemas['MessageTopicOut'];
export type Attachment = Schemas['AttachmentOut'];
export type Rep = Schemas['RepOut'];
export type Role = Schemas['Role'];
export type Topic = Schemas['TopicOut'];
export type Channel = Schemas['ChannelOut'];
export type ChannelIn = Schemas['ChannelIn'];
export type ChannelType = Schemas['ChannelType'];
export type CustomField = Schemas['CustomFieldOut'];
export type EndUser = Schemas['EndUserOut'];
export type EndUserUid = Schemas['EndUserUidOut'];
export type Tenant = Schemas['CustomerOut'];
export type KnowledgeDocument = Schemas['DocumentOut'];
export type ApiKey = Schemas['ApiKeyOut'];
export type Signature = Schemas['SignatureOut'];
export type TicketEvent = Schemas['EventOut'];
export type BulkIn = Schemas['BulkIn'];
export type SignedIn = Schemas['SessionOut'];
export type SavedView = Schemas['SavedViewOut'];
export type CannedResponse = Schemas['CannedResponseOut'];
export type Notification = Schemas['NotificationOut'];
export type ComposerDraft = Schemas['ComposerDraftOut'];
export type Presence = Schemas['PresenceOut'];
export type Present = Schemas['PresentOut'];
export type Overview = Schemas['OverviewOut'];
export type ConnectionTest = Schemas['ConnectionOut'];
