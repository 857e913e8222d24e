# What gdb needs to look into a machine on bare: settings, and commands that `help user-defined`
# lists. `./dev gdb` loads it, and the symbols of the CPU driver, the libOS and the instance, which
# lie at different addresses.
#
# Cores are threads: `info threads`, `thread 2`. On TCG `break` works anywhere at any time; on KVM
# use `hbreak`, since the code may not be there yet, and is not to be written to.
set confirm off
set pagination off
set print pretty on
set substitute-path skerry .

# The direct map, and the manifest in it: kernel/layout. Where epitaphs and traces are in the commons:
# the drawing in kernel/commons.
set $direct = 0xffff800000000000
set $manifest = $direct + 0x101000
set $last = 0x42000
set $traces = 0x102000

# commons.Kind
set $kind_0 = "none"
set $kind_1 = "life"
set $kind_2 = "call"
set $kind_3 = "unknown call"
set $kind_4 = "fault"
set $kind_5 = "trap"
set $kind_6 = "interrupt"
set $kind_7 = "switch"
set $kind_8 = "order"
set $kind_9 = "death"
set $kind_10 = "idle"

# epitaph.Cause
set $cause_0 = "unknown"
set $cause_1 = "exited"
set $cause_2 = "stopped"
set $cause_3 = "panicked"
set $cause_4 = "faulted"
set $cause_5 = "killed"
set $cause_6 = "silent"

define skerry-commons
  set language c
  set $commons = $direct + (('skerry/kernel/manifest.Manifest' *) $manifest)->Commons
end
document skerry-commons
Sets $commons to the address of what the CPU drivers share.
end

define skerry-trace
  skerry-commons
  set $trace = ('skerry/kernel/commons.Trace' *) ($commons + $traces) + $arg0
  set $events = sizeof($trace->Event) / sizeof($trace->Event[0])
  set $i = $trace->Count > $events ? $trace->Count - $events : 0
  while $i < $trace->Count
    set $event = &$trace->Event[$i % $events]
    eval "printf \"%%8lu  %%20lu  %%-12s  %%#lx %%#lx\\n\", $i, $event->At, $kind_%d, $event->A, $event->B", $event->Kind
    set $i = $i + 1
  end
  set language auto
end
document skerry-trace
skerry-trace CORE: the last events of a core's CPU driver: number, time stamp counter, kind, A, B.
end

define skerry-epitaph
  skerry-commons
  set $page = ('skerry/kernel/epitaph.Page' *) ($commons + $last) + $arg0
  if $page->seal == 0
    printf "core %d has not died\n", $arg0
  else
    eval "printf \"core %%d, life %%lu, died at %%lu ns: %%s: \", $arg0, $page->words[0], $page->words[1], $cause_%d", $page->words[2] >> 32
    eval "output/s *(char (*)[%d]) &$page->words[4]", $page->words[3]
    echo \n
  end
  set language auto
end
document skerry-epitaph
skerry-epitaph CORE: how the last life of a core ended.
end
