// Prepares links by the thousand from inside, and reads their clicks: over HTTP that would take the api minutes.

const AT_ONCE = 25;

export default {
  /** @param {Request} request @param {any} env */
  async fetch(request, env) {
    const { op, codes, target } = await request.json();
    const work = /** @type {any} */ ({ claim, put, clicks, news })[op];
    const answers = [];
    for (let start = 0; start < codes.length; start += AT_ONCE) {
      const some = codes.slice(start, start + AT_ONCE);
      answers.push(...(await Promise.all(some.map((/** @type {string} */ code) => work(env, code, target)))));
    }
    return Response.json(answers);
  },
};

/** Claim a code at its owner, which projects the record to KV some time later; we do it now.
 * @param {any} env @param {string} code @param {string} target */
async function claim(env, code, target) {
  const { claimed } = await env.SHORT_LINK.getByName(code).claim(record(code, target));
  await put(env, code, target);
  return claimed;
}

/** @param {any} env @param {string} code @param {string} target */
async function put(env, code, target) {
  await env.METADATA.put(`link:${code}`, JSON.stringify(record(code, target)));
  return true;
}

/** The news of links as they are when nothing changed for some minutes; `name` is which.
 * @param {any} env @param {string} name */
async function news(env, name) {
  await env.METADATA.put(`news:${name}`, JSON.stringify({ since: 0, changed: {} }));
  return true;
}

/** @param {any} env @param {string} code */
async function clicks(env, code) {
  return (await env.SHORT_LINK.getByName(code).read(code))?.clicks ?? 0;
}

/** @param {string} code @param {string} target */
function record(code, target) {
  return { code, target, created_at: 1_790_000_000 };
}
