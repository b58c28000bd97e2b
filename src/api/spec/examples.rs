//! Examples of bodies and answers that are more than their properties' examples put together.

/// Examples of bodies, by schema, or by operation and content type where one schema serves several.
pub const BODIES: &[(&str, &str)] = &[
    ("AiSettingsIn", r#"{ "languages": ["en", "nl"], "topicsMostWrong": 0.05 }"#),
    ("ApiKeyIn", r#"{ "name": "Nightly report", "scopes": ["read"] }"#),
    (
        "AttachmentOut",
        r#"{ "ticketMessageAttachmentID": 10, "messageID": 567, "fileName": "error_screenshot.png", "contentType": "image/png", "fileSizeBytes": 48213, "createdDateTime": "2024-04-01T10:01:00Z", "isEndUserProvided": true, "isCustomerRepProvided": false, "accessToken": "AAAAAAAAAAHs8sy6Yjp0TmFEK9BIpQXTRJ4", "contentId": null }"#,
    ),
    (
        "PromptDocumentOut",
        r##"{ "documentID": 1, "title": "FAQ", "name": "FAQ", "content": "# Passwords\n\nThe link below sets a new one.", "score": 0.83, "imageUrls": [] }"##,
    ),
    (
        "AutoReplyRuleIn",
        r#"{ "topicID": 1, "channelID": 2, "leastConfidence": 0.8, "mostWrong": 0.05, "mostPerDay": 50, "delayMinutes": 5, "isActive": true }"#,
    ),
    ("BulkIn", r#"{ "ticketIDs": [123, 124], "action": "close", "customerRepID": 5 }"#),
    (
        "CannedResponseIn",
        r#"{ "title": "Refund is on its way", "shortcut": "refund", "textBody": "Hello {{EndUserFirstname}}, your refund is on its way.", "isShared": true }"#,
    ),
    (
        "ChannelIn",
        r#"{ "channelType": "Email", "name": "Support mail", "emailAddress": "help@example.com" }"#,
    ),
    ("ChatMessageIn", r#"{ "message": "It should have come on Monday." }"#),
    (
        "ChatTicketIn",
        r#"{ "channelToken": "c_5hZQ2m8rW1", "name": "Anna", "email": "anna@example.com", "message": "Where is my parcel?", "pageURL": "https://shop.example.com/orders" }"#,
    ),
    (
        "ComposerDraftIn",
        r#"{ "kind": "Reply", "version": 0, "textBody": "Hello Anna,", "replyToMessageID": 567 }"#,
    ),
    ("ConnectionIn", r#"{ "channelID": 2 }"#),
    ("CorrectTopicsIn", r#"{ "topicIds": [1, 2, 3] }"#),
    (
        "CustomFieldIn",
        r#"{ "fieldName": "priority", "fieldType": "dropdown", "displayName": "Priority", "options": ["normal", "urgent"], "order": 1 }"#,
    ),
    ("CustomerIn", r#"{ "name": "Example Travel", "defaultLang": "en", "aiTone": "friendly and brief" }"#),
    ("DkimIn", r#"{ "selector": "answerpal" }"#),
    (
        "DocumentIn",
        r##"{ "name": "Returns", "description": "How to send something back", "content": "# Returns\n\nWithin 30 days." }"##,
    ),
    ("DoneOut", r#"{ "message": "Message sent successfully." }"#),
    ("DraftRatingIn", r#"{ "isLiked": false, "comment": "The refund takes ten days since January." }"#),
    (
        "EndUserIn",
        r#"{ "firstname": "Anna", "lastname": "Peeters", "lang": "nl", "customerType": "Customer", "uiDs": [{ "uid": "anna@example.com", "uidType": "Email", "isPrimary": true }] }"#,
    ),
    (
        "EscalateIn",
        r#"{ "feedbackComment": "User is very upset and needs urgent help.", "email": "manager@example.com" }"#,
    ),
    ("ForwardIn", r#"{ "toAddresses": ["warehouse@example.com"], "comment": "Where is this parcel?" }"#),
    ("LoginIn", r#"{ "username": "anna", "password": "correct horse battery staple" }"#),
    ("MergeIn", r#"{ "endUserID": 46 }"#),
    (
        "MessageChangeIn",
        r#"{ "aI_ModifiedResponse": "Thank you for your patience. Please reset your password." }"#,
    ),
    (
        "MessageIn",
        r#"{ "channelID": 2, "incoming": true, "fromAddress": "anna@example.com", "fromName": "Anna Peeters", "subject": "Login not working", "textBody": "I can't log in to my account." }"#,
    ),
    ("MessageTopicIn", r#"{ "messageID": 567, "topicID": 1 }"#),
    ("MessageTopicRemovalIn", r#"{ "ticketMessageTopicID": 1 }"#),
    (
        "NewRepIn",
        r#"{ "username": "anna", "password": "correct horse battery staple", "name": "Anna Berger", "email": "anna@example.com", "role": "Agent" }"#,
    ),
    ("PasswordIn", r#"{ "customerRepID": 5, "newPassword": "correct horse battery staple" }"#),
    ("PresenceIn", r#"{ "state": "Replying", "clientID": "3f0c9a52" }"#),
    ("PreviewIn", r#"{ "preview": "Hello Anna, please reset your password." }"#),
    ("ReadIn", r#"{ "notificationIDs": [14] }"#),
    ("RepIn", r#"{ "name": "Anna Berger", "phoneNumber": "+3225550123", "isAvailable": true }"#),
    ("ReplyIn", r#"{ "additionalInfo": "Their parcel left today." }"#),
    ("ReplyOut", r#"{ "reply": "Hello Anna,\n\nPlease reset your password with the link below." }"#),
    ("ResetRequestIn", r#"{ "email": "anna@example.com" }"#),
    (
        "SavedViewIn",
        r#"{ "name": "Escalated refunds", "query": "status=Escalated&topic=Refunds", "isShared": false }"#,
    ),
    ("SendIn", r#"{ "modifiedAnswer": "Thank you for your patience. Please reset your password." }"#),
    (
        "SendNewIn",
        r#"{ "toAddress": "anna@example.com", "subject": "Your refund", "textBody": "Hello Anna, your refund is on its way." }"#,
    ),
    ("SignInIn", r#"{ "username": "anna", "password": "correct horse battery staple", "remember": true }"#),
    ("SignatureIn", r#"{ "lang": "nl", "emailSignatureText": "Met vriendelijke groet\nAnna" }"#),
    ("TicketAssignIn", r#"{ "customerRepID": 5 }"#),
    (
        "TicketIn",
        r#"{ "subject": "Login not working", "channelID": 2, "endUserID": 45, "status": "Open", "customFieldsData": { "priority": "urgent" } }"#,
    ),
    ("TopicChannelsIn", r#"{ "topicID": 1, "channelID": 2 }"#),
    ("TopicDocumentsIn", r#"{ "topicID": 1, "documentID": 1 }"#),
    (
        "TopicIn",
        r#"{ "name": "Lost luggage", "description": "Luggage that did not arrive, or arrived late" }"#,
    ),
    ("UndoIn", r#"{ "undoID": 17 }"#),
    ("UnmergeIn", r#"{ "endUserMergeID": 2 }"#),
    ("escalate_message 200", r#"{ "message": "Ticket escalated" }"#),
    ("escalate_message_by_id 200", r#"{ "message": "Ticket escalated" }"#),
    (
        "patch_ticket application/json-patch+json",
        r#"[{ "op": "replace", "path": "/status", "value": "Pending" }]"#,
    ),
    ("patch_ticket application/merge-patch+json", r#"{ "status": "Pending", "summary": null }"#),
    ("update_ticket", r#"{ "status": "Pending", "customerRepID": 5 }"#),
    (
        "stream_events 200",
        r#""id: 1042\nevent: ticket.updated\ndata: {\"eventID\":1042,\"entity\":\"ticket\",\"entityID\":123}\n\n""#,
    ),
    (
        "text/event-stream",
        r#""event: piece\ndata: {\"text\":\"Hello Anna,\"}\n\nevent: done\ndata: {\"reply\":\"Hello Anna,\"}\n\n""#,
    ),
    ("text/html", r#""<!doctype html><p>I can't log in to my account.</p>""#),
    ("text/plain", r#""Anna Peeters wrote twice before: about a login (solved) and an invoice (open).""#),
    (
        "message/rfc822",
        r#""From: anna@example.com\r\nTo: help@example.com\r\nSubject: Login not working\r\n\r\nI can't log in to my account.\r\n""#,
    ),
];
