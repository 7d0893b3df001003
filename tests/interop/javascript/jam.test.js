// jmap-jam, unchanged but for the Basic scheme, against the running server that the environment names.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import JamClient from "jmap-jam";

const { ANGARIUM_URL: url, ANGARIUM_USER: user, ANGARIUM_PASSWORD: password } = process.env;

class BasicJam extends JamClient {
  constructor(sessionUrl, name, secret) {
    super({ sessionUrl, bearerToken: "none" });
    this.authHeader = `Basic ${Buffer.from(`${name}:${secret}`).toString("base64")}`;
    this.session = JamClient.loadSession(sessionUrl, this.authHeader);
  }
}

let jam;
let accountId;
const boxes = {};

before(async () => {
  jam = new BasicJam(`${url}/.well-known/jmap`, user, password);
  accountId = await jam.getPrimaryAccount();
  const [mailboxes] = await jam.api.Mailbox.get({ accountId, ids: null });
  for (const box of mailboxes.list) boxes[box.role] = box;
});

test("signs in", async () => {
  assert.equal((await jam.session).username, user);
  assert.ok(accountId);
});

test("lists mailboxes with their counters", () => {
  assert.equal(boxes.inbox.totalEmails, 3);
  assert.equal(boxes.inbox.totalThreads, 2);
  assert.equal(boxes.inbox.myRights.mayAddItems, true);
});

test("lists the newest messages and their threads in one request", async () => {
  const [{ emails, threads }] = await jam.requestMany((t) => {
    const query = t.Email.query({
      accountId,
      filter: { inMailbox: boxes.inbox.id },
      sort: [{ property: "receivedAt", isAscending: false }],
      collapseThreads: true,
      limit: 10,
    });
    const emails = t.Email.get({ accountId, ids: query.$ref("/ids"), properties: ["subject", "threadId"] });
    const threads = t.Thread.get({ accountId, ids: emails.$ref("/list/*/threadId") });
    return { query, emails, threads };
  });
  assert.deepEqual(emails.list.map((email) => email.subject), ["Tide table", "Re: Lighthouse keys"]);
  assert.deepEqual(threads.list.map((thread) => thread.emailIds.length).sort(), [1, 2]);
});

test("searches and shows why a message was found", async () => {
  const filter = { text: "barometer" };
  const [{ snippets }] = await jam.requestMany((t) => {
    const query = t.Email.query({ accountId, filter });
    const snippets = t.SearchSnippet.get({ accountId, filter, emailIds: query.$ref("/ids") });
    return { query, snippets };
  });
  assert.equal(snippets.list.length, 1);
  assert.match(snippets.list[0].preview, /<mark>barometer<\/mark>/);
});

test("reads a body and downloads an attachment", async () => {
  const [{ ids }] = await jam.api.Email.query({ accountId, filter: { hasAttachment: true } });
  const [{ list }] = await jam.api.Email.get({
    accountId,
    ids,
    properties: ["bodyValues", "textBody", "attachments"],
    fetchTextBodyValues: true,
  });
  const [email] = list;
  assert.match(email.bodyValues[email.textBody[0].partId].value, /The table for November/);
  const [part] = email.attachments;
  const response = await jam.downloadBlob({ accountId, blobId: part.blobId, mimeType: part.type, fileName: part.name });
  assert.equal(response.headers.get("content-type"), "text/csv");
  assert.equal(await response.text(), "tide,height\r\n06:12,3.4\r\n");
});

test("uploads, drafts, flags and files", async () => {
  const blob = await jam.uploadBlob(accountId, new Blob(["rope, lamp oil\n"], { type: "text/plain" }));
  assert.equal(blob.size, 15);
  const draft = {
    mailboxIds: { [boxes.drafts.id]: true },
    keywords: { $draft: true },
    from: [{ name: "Ann", email: "ann@example.com" }],
    to: [{ name: null, email: "zoe@example.net" }],
    subject: "買い物リスト",
    bodyValues: { text: { value: "See the list.\n" } },
    textBody: [{ partId: "text", type: "text/plain" }],
    attachments: [{ blobId: blob.blobId, type: "text/plain", name: "list.txt", disposition: "attachment" }],
  };
  const [made] = await jam.api.Email.set({ accountId, create: { draft } });
  assert.equal(made.notCreated ?? null, null);
  const { id } = made.created.draft;
  const patch = {
    "keywords/$flagged": true,
    [`mailboxIds/${boxes.drafts.id}`]: null,
    [`mailboxIds/${boxes.archive.id}`]: true,
  };
  const [done] = await jam.api.Email.set({ accountId, update: { [id]: patch } });
  assert.equal(done.notUpdated ?? null, null);
  const [{ list }] = await jam.api.Email.get({
    accountId,
    ids: [id],
    properties: ["subject", "keywords", "mailboxIds", "hasAttachment"],
  });
  assert.deepEqual(list[0], {
    id,
    subject: "買い物リスト",
    keywords: { $draft: true, $flagged: true },
    mailboxIds: { [boxes.archive.id]: true },
    hasAttachment: true,
  });
});

test("is told of an error in the RFC's words", async () => {
  await assert.rejects(jam.api.Email.get({ accountId: "nobody", ids: [] }), { type: "accountNotFound" });
});
