// A walk by fbgraph: fbgraph.js BASE_URL CA_FILE TOKEN ACCOUNT FIELDS. NODE_PATH leads to it.
'use strict';

const graph = require('fbgraph');

const [base, , token, account, fields] = process.argv.slice(2);
graph.setGraphUrl(base);
graph.setVersion('26.0');
graph.setAccessToken(token);
graph.setOptions({ pool: { maxSockets: Infinity }, headers: { connection: 'keep-alive' } }); // as its manual does

let items = 0;
let length = 0;

function read(error, page) {
  if (error) throw new Error(JSON.stringify(error));
  for (const media of page.data) {
    items += 1;
    length += media.id.length + (media.caption || '').length;
  }
  if (page.paging && page.paging.next) graph.get(page.paging.next, read);
  else console.log(items, length);
}

graph.get(`${account}/media`, { fields, limit: 100 }, read);
