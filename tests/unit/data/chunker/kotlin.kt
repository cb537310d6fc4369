package demo

import java.util.UUID

/** A shape. */
@Serializable
sealed class Shape(val name: String) {
    abstract fun area(): Double
    class Circle(val r: Double) : Shape("circle") {
        override fun area(): Double = Math.PI * r * r
    }
    companion object {
        fun create(): Shape = Circle(1.0)
    }
    constructor(x: Int) : this("x")
}

interface Drawable { fun draw() }

enum class Color { RED, GREEN }

typealias Names = List<String>

object Registry {
    val items = mutableListOf<Shape>()
}

const val MAX_ITEMS = 10

fun String.shout(): String = uppercase()

fun main() {
    fun inner() = 1
    println("hi")
}
