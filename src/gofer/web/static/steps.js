// Names of a run's steps, as people read them.

const INNER = /^_|^(clock|nothing|end of the wait|Note when it (begins|ends))$/;

/** Whether a step is bookkeeping that says nothing to anybody: a look at the clock, a picture of the last page. */
export const inner = (name) => INNER.test(name);

/** A step in words, without its number in the playbook, which a loop repeats: a run counts what happened. */
export const worded = (name) => name.replace(/^\d+\. /, "").replaceAll("_", " ");
