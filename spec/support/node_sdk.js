// The official Node SDK against the sandbox: node_sdk.js BASE_URL TOKEN. Prints what it saw as JSON, a member for each
// step of `steps`; the spec says what it should have seen. NODE_PATH leads to the SDK.
'use strict';

const { FacebookAdsApi, FacebookAdsApiBatch, User, Page, IGUser, IGMedia, IGComment } =
  require('facebook-nodejs-business-sdk');

const [base, token] = process.argv.slice(2);
Object.defineProperty(FacebookAdsApi, 'GRAPH', { get: () => base }); // a static getter: all calls go by it
const api = FacebookAdsApi.init(token, 'en_US', false);

const ACCOUNT = '17841405822304914';

const ids = list => [...list].map(node => node.id);

const steps = {
  async accounts() {
    const pages = await new User('me').getAccounts(['id', 'name']);
    return pages.map(page => [page.id, page.name]);
  },

  async page() {
    const page = await new Page('134895793791914').get(['instagram_business_account']);
    return page.instagram_business_account.id;
  },

  async media() {
    const pages = [];
    const cursor = await new IGUser(ACCOUNT).getMedia(['id', 'caption'], { limit: 4 });
    pages.push(ids(cursor));
    while (cursor.hasNext()) pages.push(ids(await cursor.next()));
    return pages;
  },

  async comment() {
    const written = await new IGMedia('17918195224117851').createComment([], { message: 'From another client 🦖' });
    const read = await new IGComment(written.id).get(['text', 'username']);
    return { text: read.text, username: read.username, same: read.id === written.id };
  },

  async insights() {
    const insights = await new IGMedia('17918195224117851').getInsights([], { metric: ['reach', 'likes'] });
    return insights.map(insight => [insight.name, typeof insight.values[0].value]);
  },

  async batch() {
    const seen = [];
    const batch = new FacebookAdsApiBatch(api);
    const note = response => seen.push([response.status, response.body.id || response.error.response.error.code]);
    batch.add('GET', ['me'], { fields: 'id' }, undefined, note, note);
    batch.add('GET', 'nope', {}, undefined, note, note);
    batch.add('POST', ['17918195224117851', 'comments'], { message: 'In a batch' }, undefined,
      response => seen.push([response.status, typeof response.body.id]), note);
    await batch.execute();
    return seen;
  },

  async error() {
    try {
      return await new IGUser('1').get(['username']);
    } catch (error) {
      const { code, error_subcode, type, fbtrace_id } = error.response;
      return { name: error.name, status: error.status, message: error.message, code, error_subcode, type,
        trace: typeof fbtrace_id };
    }
  },
};

(async () => {
  const seen = {};
  for (const [name, step] of Object.entries(steps)) {
    try {
      seen[name] = await step();
    } catch (error) {
      seen[name] = { failed: `${error.message}\n${error.stack}` };
    }
  }
  console.log(JSON.stringify(seen));
})();
