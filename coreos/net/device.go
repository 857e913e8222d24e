package net

import (
	"fmt"

	"skerry/coreos/net/card"
	"skerry/coreos/virtio"
	"skerry/kernel"
)

// claimOf returns how a core comes to have the machine's network card; never, if there is none.
func claimOf(core kernel.Core) claim {
	if source, ok := core.(card.Source); ok {
		return claim{cores: source.CardCores(), open: source.OpenCard}
	}
	devices, ok := core.(kernel.Devices)
	if !ok {
		return claim{}
	}
	for _, info := range devices.Devices() {
		if info.Kind == virtio.KindNet {
			return claim{cores: info.Cores, open: func() (card.Card, error) {
				return openCard(devices, info.ID)
			}}
		}
	}
	return claim{}
}

func openCard(devices kernel.Devices, id int) (card.Card, error) {
	device, err := devices.Claim(id)
	if err != nil {
		return nil, fmt.Errorf("claim device %d: %w", id, err)
	}
	opened, err := virtio.NewNet(device)
	if err != nil {
		return nil, fmt.Errorf("open device %d: %w", id, err)
	}
	return opened, nil
}
