extends Node2D

var told = ""

func _physics_process(_delta):
    if $Player.movement != told:
        told = $Player.movement
        print("%s at %d" % [told, $Player.position.x])
