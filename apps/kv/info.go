package kv

import (
	"fmt"
	"runtime"
	"strings"
	"time"

	"skerry/apps/kv/resp"
	"skerry/apps/kv/shard"
	"skerry/apps/kv/store"
)

// info: INFO [section]...; all sections are told in any case. The shards are asked how they are.
func info(c *client, _ [][]byte) {
	spec, _ := store.Find([]byte(store.StatCommand))
	c.askAll(spec, nil, mergeInfo)
}

func mergeInfo(c *client, a *answer) {
	s := c.server
	var sum store.Stat
	var shards strings.Builder
	status := s.node.Status()
	for i := a.from; i < a.to; i++ {
		stat, _ := store.ParseStat(c.reply(i)) // of our own making
		sum.Add(stat)
		n := i - a.from
		fmt.Fprintf(&shards, "shard%d:primary=%d,view=%d,here=%s,synced=%t,keys=%d,bytes=%d\r\n", n,
			status.Shards[n].Primary, status.Shards[n].View, roleNames[status.Shards[n].Here],
			status.Shards[n].Synced, stat.Keys, stat.Bytes)
	}
	var b strings.Builder
	s.writeServer(&b)
	fmt.Fprintf(&b, "# Memory\r\nused_memory:%d\r\nmaxmemory:%d\r\nmaxmemory_policy:noeviction\r\n",
		sum.Bytes, sum.BytesMax)
	s.writeStats(&b, sum)
	fmt.Fprintf(&b, "# Shards\r\nshards:%d\r\nshards_lost:%d\r\n%s\r\n", len(status.Shards),
		status.Lost, shards.String())
	b.WriteString("# Keyspace\r\n")
	if sum.Keys > 0 {
		fmt.Fprintf(&b, "db0:keys=%d,expires=%d,avg_ttl=0\r\n", sum.Keys, sum.Volatile)
	}
	c.out = resp.AppendBulk(c.out, b.String())
}

// roleNames say what a core is to a shard.
var roleNames = map[shard.Role]string{
	shard.None: "none", shard.Learner: "learner", shard.Backup: "backup", shard.Primary: "primary",
}

func (s *server) writeServer(b *strings.Builder) {
	fmt.Fprintf(b, "# Server\r\nredis_version:7.0.0\r\nserver:skerry kv\r\ngo_version:%s\r\n"+
		"core:%d\r\nlife:%d\r\ntcp_port:%d\r\nuptime_in_seconds:%d\r\n\r\n", runtime.Version(),
		s.core.Index(), s.life, s.options.port, int(time.Since(s.start).Seconds()))
	s.mu.Lock()
	clients := len(s.clients)
	s.mu.Unlock()
	fmt.Fprintf(b, "# Clients\r\nconnected_clients:%d\r\nmaxclients:%d\r\n\r\n", clients,
		s.options.clientsMax)
}

func (s *server) writeStats(b *strings.Builder, sum store.Stat) {
	fmt.Fprintf(b, "\r\n# Stats\r\n")
	for _, line := range []struct {
		name  string
		count uint64
	}{
		{"total_connections_received", s.connections.Load()},
		{"total_commands_processed", s.commands.Load()},
		{"rejected_connections", s.rejected.Load()},
		{"client_output_buffer_limit_disconnections", s.slow.Load()},
		{"protocol_errors", s.malformed.Load()},
		{"commands_too_long", s.refused.Load()},
		{"commands_in_doubt", s.inDoubt.Load()},
		{"expired_keys", uint64(sum.Expired)},
	} {
		fmt.Fprintf(b, "%s:%d\r\n", line.name, line.count)
	}
	b.WriteString("\r\n")
}
