package main

const rootHelp = `braid runs programs as a structured tree of tasks: they belong together, one
failure stops the others, and when braid returns nothing that was started is
running any more, background processes and daemons included.

  braid run   -- CMD ::: CMD …       all must succeed
  braid map   -- CMD {} ::: ARG …    one command for each argument
  braid first -- CMD ::: CMD …       one must succeed

  braid worker ADDR                  run the commands of maps elsewhere
  braid vet ./...                    no program: find loose ends in Go code

It also looks into running programs that use the library braid:

  braid ps  ADDR                     the tree of their tasks, once
  braid top ADDR                     the same, live

` + commonHelp

const commonHelp = `CMD is a program and its arguments, word by word; commands are parted by ":::".
No shell is involved: for pipes and the like write sh -c '…'.

` + stopHelp

const stopHelp = `To stop a command, braid sends SIGTERM to its process group, waits (--grace),
and sends SIGKILL to whatever of it is left. What a command leaves behind when
it ends is stopped in the same way. Ctrl-C, SIGTERM and SIGHUP stop everything
and end braid with status 130, 143 or 129; a second Ctrl-C kills at once.
Commands read nothing from standard input.

Status 2 means that the command line was wrong, and nothing was started then.`

const psHelp = `Show the tree of tasks of a running program.

ADDR is host:port or the URL of a server that has inspect.Handler (under
/debug/braid/, unless the URL says otherwise), or a unix socket. A program that
does nothing but import github.com/braid-go/braid/inspect/auto is looked at with
--pid N, by its own user. Without either, those programs of this user are listed.

Of a Temporal server, temporal://HOST:PORT or temporal://HOST:PORT/NAMESPACE, the
workflows that run are listed; with --workflow ID the groups of that one are shown,
and those in which workers run its tasks. One of its workers has to be there.

  braid ps localhost:6060 --state cancelled      what has not obeyed yet
  braid ps --pid 4242 --why server/accept        why is that still running?
  braid ps --pid 4242 --dot | dot -Tsvg > tree.svg
  braid ps temporal://localhost:7233 --workflow orders-17

The exit status is 1 if the program cannot be looked at, or if nothing is what
--state, --name, --why or --under ask for; 2 if the command line was wrong.`

const topHelp = `Watch the tree of tasks of a running program in the terminal: fold, search, sort,
and ask why a task is still there. ? shows the keys.

ADDR, --pid and --workflow are those of braid ps. Without any, the program is taken that
can be looked at, if there is one alone. When the program ends, what was seen last
stays, and braid waits for it to be started anew at that address.

  braid top localhost:6060

The exit status is 0 after q, 130 after Ctrl-C, 1 if the program cannot be looked
at, and 2 if the command line was wrong.`

const runHelp = `Run commands side by side. The first that fails stops the others, and its exit
status is braid's (128+n if signal n ended it, 124 after --timeout).

Each line of output has the name of its command in front, unless there is only
one command. A report tells what became of each if anything went wrong.

  braid run -- npm start ::: go run ./api ::: sh -c 'tail -f log | grep -i error'

` + commonHelp

const mapHelp = `Run a command for each argument, several at a time. The arguments stand behind
":::" or come from standard input or --arg-file, one a line, empty lines left
out. Each {} in the command is replaced by the argument; without {} it is put
at the end.

The output of each command is kept together, in the order of the arguments:
the first one that is not done is shown as it goes, the others wait (in a
temporary file, if they write much). With --retries, output is shown when a
command is done, that of the last attempt only.

The first failure stops everything, unless --keep-going is given. The exit
status is 1 if any command failed. It is 2 also if the arguments could not be
read to their end; the commands for those before it are run all the same.

With --engine the commands run on the workers of a Temporal server (see braid
worker), as many at a time as -j says, by default 64. A worker that dies is
followed by another, which runs its commands again. They run in the folder where
the worker was started, and write at most 1 MiB each.

  git ls-files | braid map -j 4 --progress -- sha256sum {}
  braid map --timeout 5s --retries 2 --keep-going -- ping -c 1 ::: host1 host2

` + commonHelp

const workerHelp = `Run the commands that braid map --engine hands out, in this folder, as if they
had been started here, until a signal comes. Then it takes no more, gives those
that run the time that --grace says, and stops them; other workers run them
again. As many workers as you like may serve one server, on any machines.

The address is temporal://HOST:PORT, or temporal://HOST:PORT/NAMESPACE?queue=QUEUE;
only maps with the same queue get this worker. Whoever can reach the server can
have anything run here: it is for machines that trust each other.

  braid worker -j 8 temporal://localhost:7233
  git ls-files | braid map --engine temporal://localhost:7233 -- sha256sum {}

` + stopHelp

const firstHelp = `Run commands side by side until one succeeds. Its output is printed and the
others are stopped. If all fail, the exit status is that of the last to fail.

  braid first -- curl -sf https://a.example/f ::: curl -sf https://b.example/f

` + commonHelp
