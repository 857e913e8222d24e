package machine

const (
	silentTicksMax   = 1 << 20
	silentSecondsMax = 3600
	memoryMax        = 1 << 40 // more fits nowhere; the image has the exact bound
)
