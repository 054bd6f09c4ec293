// The floor: a Worker that says hello.

export default {
  fetch: () => new Response("Hello World!"),
};
