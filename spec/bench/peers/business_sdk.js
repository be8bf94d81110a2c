// A walk by facebook-nodejs-business-sdk: business_sdk.js BASE_URL CA_FILE TOKEN ACCOUNT FIELDS. NODE_PATH leads to it.
'use strict';

const { FacebookAdsApi, IGUser } = require('facebook-nodejs-business-sdk');

const [base, , token, account, fields] = process.argv.slice(2);
Object.defineProperty(FacebookAdsApi, 'GRAPH', { get: () => base }); // a static getter: all calls go by it
FacebookAdsApi.init(token, 'en_US', false);

(async () => {
  let items = 0;
  let length = 0;
  let page = await new IGUser(account).getMedia(fields.split(','), { limit: 100 });
  for (;;) {
    for (const media of page) {
      items += 1;
      length += media.id.length + (media.caption || '').length;
    }
    if (!page.hasNext()) break;
    page = await page.next();
  }
  console.log(items, length);
})();
